"""Who opens connections to whom.

Whoever uses a service tells its pods to whoever offers it, by the contract that wires the two. The provider
makes of them its policies: of the network by labels, of the mesh by service account. So a pair stands in one
place, and neither policy lets in whom the other refuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Pods that open connections.

    Attributes:
        namespace: name of their namespace; None stands for the namespaces of all teams.
        labels: those that select them; none selects every pod there.
        account: their service account, by which the mesh knows them; empty where they have no sidecar.
    """

    namespace: str | None
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    account: str = ""


TEAMS = Caller(namespace=None)
"""Every pod of every team."""
