"""Addresses in what programs and people read that nothing answers, each as a sentence."""

import json
import re
from collections.abc import Callable, Iterator

import yaml

from tests.matrix.index import Index, name, programs_texts, title
from tests.matrix.references import ADD_ONS
from tests.minimal.stacks import virtual_host
from tests.support.pods import below, entries

_FULL = re.compile(r"\b([a-z0-9][-a-z0-9]*)\.([a-z0-9][-a-z0-9]*)\.svc\b")
_SHORT = re.compile(r"\b([a-z0-9][-a-z0-9]*)\.([a-z0-9][-a-z0-9]*)(?=[:/\s\"',]|$)")


def addresses_exist(index: Index) -> Iterator[str]:
    """Services that programs know by their address, with or without `.svc`."""
    places = {name(one) for one in index.kind("Namespace")}
    for reader, _, text in programs_texts(index):
        short = [(called, where) for called, where in _SHORT.findall(text) if where in places]
        for called, where in [*_FULL.findall(text), *short]:
            if where not in ADD_ONS and not index.has("Service", where, called):
                yield f"{reader} knows {called}.{where}, which is not there"


def names_exist(known: frozenset[str]) -> Callable[[Index], Iterator[str]]:
    """Services that programs know by their name alone: those that are called so in any stack."""

    def check(index: Index) -> Iterator[str]:
        missing = known - {name(one) for one in index.kind("Service")}
        for reader, _, text in programs_texts(index):
            for called in missing & set(_hosts(text)):
                yield f"{reader} knows {called}, which is not there"

    return check


_HOST = re.compile(r"(?:^|//|=|@|\s)([a-z][-a-z0-9]*)(?=:\d+|/|\s|$)")


def _hosts(text: str) -> list[str]:
    return _HOST.findall(text) if len(text) < 5000 else []


def menus_lead_somewhere(index: Index) -> Iterator[str]:
    """Links of the dashboard to pages behind the gateway."""
    prefixes = [prefix for prefix in [*_of_the_gateway(index), *_of_the_local_proxy(index)] if prefix != "/"]
    for one in index.kind("ConfigMap"):
        if name(one) != "dashboard-config":
            continue
        links = json.loads(one["data"]["links"])
        flat = [item for entry in links["menuLinks"] for item in entry.get("items", [entry])]
        for link in [*flat, *links["quickLinks"]]:
            if not any(link["link"].startswith(prefix) for prefix in prefixes):
                yield f"{title(one)} links to {link['link']}, which no route answers"


def _of_the_gateway(index: Index) -> Iterator[str]:
    for one in index.kind("VirtualService"):
        for http in entries(one["spec"], "http"):
            yield from (below(match, "uri").get("prefix", "/") for match in entries(http, "match"))


def _of_the_local_proxy(index: Index) -> Iterator[str]:
    for one in index.kind("ConfigMap"):
        if name(one) == "local-proxy":
            host = virtual_host(yaml.safe_load(one["data"]["local.yaml"]))
            yield from (route["match"].get("prefix", "/") for route in host["routes"])
