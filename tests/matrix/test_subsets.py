"""Whichever one or two components are on, with what they need and no more, no reference leads nowhere."""

import copy
import itertools
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest
import yaml

from components.components_settings import NEEDS, ComponentsSettings
from components.kube.scope import COMPONENT_LABEL
from components.settings_base import SettingsError
from tests.matrix.addresses import addresses_exist, menus_lead_somewhere, names_exist
from tests.matrix.index import Index, name
from tests.matrix.references import OBJECTS
from tests.minimal.stacks import MINIMAL as MINIMAL_FOR_ONE
from tests.minimal.stacks import minimal
from tests.support.everything import everything
from tests.support.pods import Object, below
from tests.support.render import MINIMAL, Rendered, render

COMPONENTS = tuple(ComponentsSettings().enabled())

# What leads nowhere and is meant to; each with its reason.
KNOWN: Mapping[str, str] = {
    "ConfigMap/inferenceservice-config knows keda-otel-scaler.keda, *": (
        "KEDA is another project's, which a stack may have beside this one; KServe asks it only for services "
        "that scale by its metrics"
    ),
    "kubeflow/Deployment/katib-db-manager/* knows mysql, *": (
        "the kind of its database, and not the Service of the same name"
    ),
    "AuthorizationPolicy/profiles-kfam lets */sa/dashboard in, *": (
        "only the dashboard may create profiles; without one nobody has its identity"
    ),
}


def with_needs(chosen: Sequence[str]) -> frozenset[str]:
    """Components with all that they need."""
    on = set(chosen)
    while more := {need for one in on for need in NEEDS.get(one, ())} - on:
        on |= more
    return frozenset(on)


SUBSETS = tuple(
    dict.fromkeys(
        with_needs(chosen) for count in (0, 1, 2) for chosen in itertools.combinations(COMPONENTS, count)
    )
)


def only(on: frozenset[str]) -> Rendered:
    """A stack with these components."""
    switched = {component: {"enabled": component in on} for component in COMPONENTS}
    return render({**yaml.safe_load(MINIMAL), "components": switched}, webhooks=True)


@cache
def services_of_any_stack() -> frozenset[str]:
    return frozenset(name(one) for one in everything().of("Service"))


def problems(objects: Sequence[Object]) -> list[str]:
    index = Index.of(objects)
    checks = (*OBJECTS, addresses_exist, names_exist(services_of_any_stack()), menus_lead_somewhere)
    return list(dict.fromkeys(text for check in checks for text in check(index)))


def unknown(texts: Sequence[str]) -> list[str]:
    return [text for text in texts if not any(fnmatchcase(text, pattern) for pattern in KNOWN)]


@pytest.mark.parametrize("on", SUBSETS, ids=lambda on: "+".join(sorted(on)) or "nothing")
def test_a_subset_works_by_itself(on: frozenset[str]) -> None:
    rendered = only(on)
    assert unknown(problems(rendered.objects)) == []
    assert set(rendered.outputs["components"]).intersection(COMPONENTS) == on
    owners = {below(one["metadata"], "labels").get(COMPONENT_LABEL) for one in rendered.of("Deployment")}
    assert owners.intersection(COMPONENTS) <= on


@pytest.mark.parametrize("component", ["", *COMPONENTS], ids=lambda one: one or "nothing")
def test_a_component_works_by_itself_without_a_mesh(component: str) -> None:
    on = with_needs([component] if component else [])
    teams: Mapping[str, Any] = MINIMAL_FOR_ONE["teams"] if "profiles" in on else {}
    switched = {one: {"enabled": one in on} for one in COMPONENTS}
    rendered = minimal(teams=teams, components=switched)
    assert unknown(problems(rendered.objects)) == []
    assert set(rendered.outputs["components"]).intersection(COMPONENTS) == on


def test_all_of_it_works_without_a_mesh() -> None:
    assert unknown(problems(minimal().objects)) == []


def test_all_of_it_works() -> None:
    assert unknown(problems(everything().objects)) == []


def test_what_is_known_to_lead_nowhere_still_does() -> None:
    alone = [with_needs(chosen) for chosen in (["katib"], ["profiles"], ["serving"])]
    texts = [text for on in alone for text in problems(only(on).objects)]
    assert [pattern for pattern in KNOWN if not any(fnmatchcase(text, pattern) for text in texts)] == []


@pytest.mark.parametrize(("component", "need"), [(one, need) for one, all_ in NEEDS.items() for need in all_])
def test_a_component_without_what_it_needs_is_refused(component: str, need: str) -> None:
    switched = {one: {"enabled": one in with_needs([component]) - {need}} for one in COMPONENTS}
    with pytest.raises(
        SettingsError, match=f"'{component}' is on and needs '{need}', which is off: set {need}"
    ):
        render({**yaml.safe_load(MINIMAL), "components": switched})


def _without(kind: str, called: str) -> Callable[[list[Any]], None]:
    def change(objects: list[Any]) -> None:
        objects[:] = [one for one in objects if (one["kind"], name(one)) != (kind, called)]

    return change


REMOVED: Mapping[str, tuple[Callable[[list[Any]], None], str]] = {
    "a service of a route": (_without("Service", "katib-ui"), "VirtualService/katib-ui leads to katib-ui.*"),
    "a configuration": (
        _without("ConfigMap", "katib-config"),
        "*katib-controller reads ConfigMap katib-config*",
    ),
    "a password": (_without("Secret", "katib-mysql-secrets"), "*reads Secret katib-mysql-secrets*"),
    "a certificate": (
        _without("Certificate", "katib-webhook-cert"),
        "*trusts certificate *, which is not there",
    ),
    "a role": (_without("ClusterRole", "katib-controller"), "*binds ClusterRole katib-controller*"),
    "an account": (_without("ServiceAccount", "katib-controller"), "*runs as katib-controller*"),
    "a program": (_without("Deployment", "katib-ui"), "Service/katib-ui selects no pod"),
    "a database": (_without("Service", "katib-mysql"), "*katib-db-manager knows katib-mysql.kubeflow, *"),
    "an API type": (
        _without("CustomResourceDefinition", "authorizationpolicies.security.istio.io"),
        "AuthorizationPolicy/* has a type that is not there*",
    ),
    "a page of the menu": (
        _without("VirtualService", "katib-ui"),
        "ConfigMap/dashboard-config links to /katib/, which no route answers",
    ),
}


@pytest.mark.parametrize("what", REMOVED)
def test_a_reference_that_leads_nowhere_is_found(what: str) -> None:
    change, pattern = REMOVED[what]
    objects = copy.deepcopy(everything().objects)
    before = len(objects)
    change(objects)
    assert len(objects) == before - 1
    assert [text for text in unknown(problems(objects)) if fnmatchcase(text, pattern)]
