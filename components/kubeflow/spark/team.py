"""What Spark needs in the namespace of a team: an account for drivers that may do what a driver does.

The driver of an application asks the API server for its executors, and for the Service, configuration and
volumes that they share. Upstream's example runs it as `default-editor`, who may do all that the team's
contributors may; its chart makes this account (charts/spark-operator-chart, templates/spark, of v2.5.0).
"""

from dataclasses import dataclass
from pathlib import Path

import pulumi

from ...contracts import Namespaces
from ...kube.objects import access
from ...kube.scope import Place, Scope

SERVICE_ACCOUNT = "spark-operator-spark"


@dataclass(frozen=True, kw_only=True)
class TeamSparkArgs:
    """What Spark needs of a team.

    Attributes:
        place: the team's namespace.
    """

    namespaces: Namespaces
    place: Place


def team_spark(team: pulumi.Resource, args: TeamSparkArgs) -> None:
    """Declare what Spark needs in one team's namespace, as a part of the team.

    An application names the account, SERVICE_ACCOUNT, in `spec.driver.serviceAccount`.
    """
    scope = Scope(component="spark", parent=team, namespaces=args.namespaces, elsewhere=args.place)
    access(scope, Path(__file__).with_name("team_rbac.yaml"))
