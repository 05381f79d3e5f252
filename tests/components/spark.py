"""The Spark operator alone, on a cluster of a cloud."""

from collections.abc import Mapping
from functools import cache

import pulumi

from components.contracts import Capabilities, Offer
from components.kube.scope import Place
from components.kubeflow.spark import Spark, SparkArgs, SparkSettings, TeamSparkArgs, team_spark
from tests.support.alone import Surroundings, declare
from tests.support.render import Object, Rendered

CONTROLLER, WEBHOOK = "spark-operator-controller", "spark-operator-webhook"
KINDS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


def spark(*, capabilities: Capabilities | None = None, **settings: object) -> Rendered:
    """What it declares, with settings as a stack file has them."""
    return with_offer(capabilities=capabilities, **settings)[0]


def with_offer(*, capabilities: Capabilities | None = None, **settings: object) -> tuple[Rendered, Offer]:
    """The same, and what it tells the platform."""
    offers: list[Offer] = []

    def build(given: Surroundings) -> None:
        args = SparkArgs(
            settings=SparkSettings.model_validate(settings),
            namespaces=given.namespaces,
            capabilities=capabilities or given.capabilities,
        )
        offers.append(Spark("spark", args).offer)

    return declare(build), offers[0]


def for_teams(*names: str) -> Rendered:
    """What it declares in the namespaces of teams."""

    def build(given: Surroundings) -> None:
        for name in names:
            place = Place(name=name, created=pulumi.Output.from_input(name))
            team = pulumi.ComponentResource("test:Team", name)
            team_spark(team, TeamSparkArgs(namespaces=given.namespaces, place=place))

    return declare(build)


@cache
def by_default() -> Rendered:
    """What it declares with every default."""
    return spark()


def program(rendered: Rendered, deployment: str) -> Object:
    """The only container of a Deployment."""
    (only,) = rendered.get("Deployment", deployment)["spec"]["template"]["spec"]["containers"]
    return only


def flags(rendered: Rendered, deployment: str) -> Mapping[str, str]:
    """The flags of a program by their names."""
    given = [str(one) for one in program(rendered, deployment)["args"] if str(one).startswith("--")]
    return {name.removeprefix("--"): value for name, _, value in (one.partition("=") for one in given)}


def webhooks(rendered: Rendered) -> list[Object]:
    """Every webhook that is registered."""
    return [hook for kind in KINDS for one in rendered.of(kind) for hook in one["webhooks"]]
