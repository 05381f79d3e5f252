"""Kubeconfig files: which cluster, and how to be let in.

The rules are those of client-go's clientcmd: a value that names a file, else contents; the current context
unless overridden; KUBECONFIG or ~/.kube/config where nothing is given; a service account inside a pod.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from simulator.kubernetes.access import login
from simulator.kubernetes.access.login import Login
from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.values.objects import pluck
from simulator.kubernetes.values.wire import Object

__all__ = ["Access", "active_cluster", "ambient", "parse", "select"]

_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True)
class Access:
    """One cluster's address and what proves to it who asks. Certificates and keys are PEM.

    `impersonate` are the headers that make a request another user's.
    """

    server: str
    namespace: str = "default"
    authority: str = field(default="", repr=False)
    verify: bool = True
    server_name: str = ""
    proxy: str = ""
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    token_file: str = ""
    basic: tuple[str, str] | None = field(default=None, repr=False)
    login: Login | None = None
    impersonate: tuple[tuple[str, str], ...] = ()


def parse(value: str) -> Object:
    """Read a kubeconfig from a path or from contents (YAML or JSON).

    Raises RefusedError; its message never repeats the contents, for they hold credentials.
    """
    text, base = value, None
    path = Path(value).expanduser() if len(value) < 4096 and "\n" not in value else None
    if path is not None and _is_file(path):
        try:
            text, base = path.read_text(), path.parent
        except OSError as problem:
            message = f"kubeconfig {path} cannot be read: {problem.strerror}"
            raise RefusedError(message) from None
    config = _load(text)
    if base is not None:
        _resolve_paths(config, base)
    return config


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _load(text: str) -> Object:
    try:
        if text.lstrip().startswith("{"):
            found = json.loads(text)
        else:
            import yaml  # noqa: PLC0415  costs 40 ms at start-up, and JSON needs none of it

            found = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except ValueError as problem:
        where = f" (line {problem.lineno})" if isinstance(problem, json.JSONDecodeError) else ""
        message = f"kubeconfig is neither the path of a file nor valid JSON{where}"
        raise RefusedError(message) from None
    except Exception as problem:
        line = getattr(getattr(problem, "problem_mark", None), "line", None)
        where = "" if line is None else f" (line {line + 1})"
        message = f"kubeconfig is neither the path of a file nor valid YAML{where}"
        raise RefusedError(message) from None
    if not isinstance(found, dict):
        message = "kubeconfig is neither the path of a file nor a kubeconfig's contents"
        raise RefusedError(message)
    return cast("Object", found)


def _resolve_paths(config: Object, base: Path) -> None:
    """Make the paths of certificate and token files in a kubeconfig file absolute, as clientcmd does."""
    files = {
        ("clusters", "cluster"): ("certificate-authority",),
        ("users", "user"): ("client-certificate", "client-key", "tokenFile"),
    }
    for (listing, part), keys in files.items():
        for entry in _entries(config, listing):
            values = pluck(entry, part)
            for key in keys:
                if isinstance(values, dict) and isinstance(values.get(key), str):  # pyright: ignore[reportUnknownMemberType]
                    values[key] = str(base / str(values[key]))  # pyright: ignore[reportUnknownArgumentType]
    for entry in _entries(config, "users"):
        # A bare name is looked for on PATH.
        command = pluck(entry, "user", "exec", "command")
        if isinstance(command, str) and os.sep in command:
            cast("Object", pluck(entry, "user", "exec"))["command"] = str(base / command)


def ambient(environment: Mapping[str, str] = os.environ) -> Object:
    """Read the kubeconfig that applies where none is configured; raises RefusedError where there is none."""
    paths = [Path(entry) for entry in environment.get("KUBECONFIG", "").split(os.pathsep) if entry]
    paths = paths or [Path("~/.kube/config").expanduser()]
    merged: Object = {}
    for config in [parse(str(path)) for path in paths if _is_file(path)]:
        for key, value in config.items():
            if isinstance(value, list) and isinstance(merged.get(key), list):
                merged[key] = merged[key] + value
            elif not merged.get(key):
                merged[key] = value
    if merged:
        return merged
    if (_SERVICE_ACCOUNT / "token").is_file() and "KUBERNETES_SERVICE_HOST" in environment:
        return _in_pod(environment)
    message = f"no kubeconfig is configured, and there is none at {', '.join(str(path) for path in paths)}"
    raise RefusedError(message)


def _in_pod(environment: Mapping[str, str]) -> Object:
    host, port = environment["KUBERNETES_SERVICE_HOST"], environment.get("KUBERNETES_SERVICE_PORT", "443")
    cluster = {
        "server": f"https://{host}:{port}",
        "certificate-authority": str(_SERVICE_ACCOUNT / "ca.crt"),
    }
    namespace = (_SERVICE_ACCOUNT / "namespace").read_text().strip()
    return {
        "current-context": "pod",
        "contexts": [
            {"name": "pod", "context": {"cluster": "pod", "user": "pod", "namespace": namespace}},
        ],
        "clusters": [{"name": "pod", "cluster": cluster}],
        "users": [{"name": "pod", "user": {"tokenFile": str(_SERVICE_ACCOUNT / "token")}}],
    }


def active_cluster(config: Object, context: str = "", cluster: str = "") -> Object | None:
    """Return the entry of the cluster that is in use, None where the kubeconfig has no such cluster."""
    chosen = _named(config, "contexts", "context", context or str(config.get("current-context") or ""))
    if chosen is None:
        return None
    return _named(config, "clusters", "cluster", cluster or str(chosen.get("cluster") or ""))


def select(config: Object, context: str = "", cluster: str = "") -> Access:
    """Return the access that a kubeconfig gives; raises RefusedError with the name that it lacks."""
    wanted = context or str(config.get("current-context") or "")
    chosen = _named(config, "contexts", "context", wanted)
    if chosen is None:
        message = f"kubeconfig has no context {wanted!r}" if wanted else "kubeconfig names no current context"
        raise RefusedError(message)
    entry = active_cluster(config, context, cluster)
    server = str((entry or {}).get("server") or "").rstrip("/")
    if entry is None or not server:
        message = f"kubeconfig has no cluster {cluster or chosen.get('cluster')!r} with a server"
        raise RefusedError(message)
    user = _named(config, "users", "user", str(chosen.get("user") or "")) or {}
    if "auth-provider" in user:
        message = "kubeconfig uses an auth-provider, which Kubernetes no longer has: use exec"
        raise RefusedError(message)
    read = _reader(entry, user)
    authority = read("certificate-authority")
    basic = (str(user["username"]), str(user.get("password") or "")) if user.get("username") else None
    return Access(
        server=server,
        namespace=str(chosen.get("namespace") or "default"),
        authority=authority,
        verify=not entry.get("insecure-skip-tls-verify"),
        server_name=str(entry.get("tls-server-name") or ""),
        proxy=str(entry.get("proxy-url") or ""),
        certificate=read("client-certificate"),
        key=read("client-key"),
        token=str(user.get("token") or ""),
        token_file=str(user.get("tokenFile") or ""),
        basic=basic,
        login=login.parse(user["exec"], entry, authority) if user.get("exec") else None,
        impersonate=tuple(_impersonation(user)),
    )


def _impersonation(user: Object) -> Iterator[tuple[str, str]]:
    """The headers by which a request is made as somebody else (Kubernetes, user impersonation)."""
    for key, header in (("as", "Impersonate-User"), ("as-uid", "Impersonate-Uid")):
        if user.get(key):
            yield header, str(user[key])
    for group in cast("list[Any]", user.get("as-groups") or []):
        yield "Impersonate-Group", str(group)
    for key, values in cast("dict[str, list[Any]]", user.get("as-user-extra") or {}).items():
        for value in values:
            yield f"Impersonate-Extra-{quote(key.lower(), safe='')}", str(value)


def _reader(cluster: Object, user: Object) -> Callable[[str], str]:
    """Return a function that gives PEM from `<key>-data` or from the file at `<key>`."""
    values = {**cluster, **user}

    def read(key: str) -> str:
        if data := values.get(f"{key}-data"):
            try:
                return base64.b64decode("".join(str(data).split()), validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                message = f"kubeconfig: {key}-data is not base64 of PEM"
                raise RefusedError(message) from None
        if not (path := values.get(key)):
            return ""
        try:
            return Path(str(path)).read_text()
        except OSError as problem:
            message = f"kubeconfig: {key} {path} cannot be read: {problem.strerror}"
            raise RefusedError(message) from None

    return read


def _named(config: Object, listing: str, part: str, name: str) -> Object | None:
    for entry in _entries(config, listing):
        if entry.get("name") == name:
            found = entry.get(part)
            return cast("Object", found) if isinstance(found, dict) else None
    return None


def _entries(config: Object, listing: str) -> list[Object]:
    found = config.get(listing)
    if not isinstance(found, list):
        return []
    return [cast("Object", entry) for entry in cast("list[Any]", found) if isinstance(entry, dict)]
