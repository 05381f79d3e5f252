"""Addresses outside a cluster, wherever they stand in what is declared.

An address is a URL, or a host alone under a key or a variable that says so. Inside are Services by their
names, the pod itself, hosts that a stack allows, and the interfaces of its own cloud.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import cast

# Where models and data sets come from by a scheme of their own (kserve storage initializer, Trainer's
# initializers, huggingface_hub).
_SCHEMES: Mapping[str, str] = {"hf": "huggingface.co"}
# Schemes whose host is a bucket of the store that is named elsewhere, or no address at all.
_NO_HOSTS = ("s3", "minio", "gs", "pvc", "file", "unix", "static", "spiffe", "configmap", "secret")
_URL = re.compile(r"(?<![\w.+-])([a-z][a-z0-9+.-]*)://([^/\s\"'<>|\\,;`)?#]+)")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_SAYS_SO = re.compile(r"(?:host|endpoint|address|server|url|registry)s?$", re.IGNORECASE)
_PORT = re.compile(r":[0-9]+$")

CLOUD_INTERFACES: Mapping[str, Sequence[str]] = {
    "aws": ("*.amazonaws.com", "*.amazonaws.com.cn", "*.api.aws"),
    "gcp": ("*.googleapis.com", "*.google.internal"),
    "azure": ("*.windows.net", "*.azure.com", "*.azure.net", "*.azmk8s.io", "*.microsoftonline.com"),
}
"""By cloud the hosts by which it is asked, from inside its own network too."""

# What people's browsers open, and what the API server reads as a mark.
_NOT_REACHED = (
    re.compile(r"^ConfigMap/dashboard-config\.data\.links\b"),
    re.compile(r"\.annotations\.api-approved\.kubernetes\.io$"),
)


def outside(value: object, path: str, *, allowed: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The hosts outside that a value names, each with the path of where it stands. Outputs are left out."""
    patterns = tuple(allowed)
    seen: set[tuple[str, str]] = set()
    for text, where in _texts(value, path):
        if any(mark.search(where) for mark in _NOT_REACHED):
            continue
        for host in _hosts(text, where):
            known = _is_inside(host) or any(fnmatchcase(host, one) for one in patterns)
            if not known and (host, where) not in seen:
                seen.add((host, where))
                yield host, where


def _hosts(text: str, path: str) -> Iterator[str]:
    if _SAYS_SO.search(path) and _HOST.fullmatch(bare := _PORT.sub("", text)):
        yield bare
    for found in _URL.finditer(text):
        scheme, rest = found[1], found[2]
        if scheme in _NO_HOSTS:
            continue
        host = _SCHEMES.get(scheme) or _PORT.sub("", rest.rpartition("@")[2]).lower()
        # What is filled in later, and patterns of addresses, are none.
        if _HOST.fullmatch(host) or re.fullmatch(r"[0-9]+(?:\.[0-9]+){3}", host):
            yield host


def _is_inside(host: str) -> bool:
    """Whether a name is one of a Service or of the pod itself (Kubernetes, DNS for Services and Pods)."""
    if re.fullmatch(r"[0-9.]+", host):
        first, second, *_ = (int(part) for part in host.split("."))
        private = first in (0, 10, 127) or (first, second) == (192, 168)
        return private or (first == 172 and 16 <= second < 32) or (first, second) == (169, 254)
    parts = host.split(".")
    return "svc" in parts or parts[-1] in ("local", "localhost", "internal")


def _document(text: str) -> object:
    """What a text holds as JSON, where that is an object or a list."""
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case str() if held := _document(value):
            yield from _texts(held, path)
        case str():
            yield value, path
        case Mapping():
            held = cast("Mapping[str, object]", value)
            # A variable has its name beside its value.
            variable = held.get("name") if isinstance(held.get("value"), str) else None
            for key, one in held.items():
                named = variable if isinstance(variable, str) and key == "value" else key
                yield from _texts(one, f"{path}.{named}")
        case list() | tuple():
            for index, one in enumerate(cast("Sequence[object]", value)):
                yield from _texts(one, f"{path}[{index}]")
        case _:
            pass
