"""What a team gets: a namespace of its own, its people, its share of the cluster, and its walls."""

from .component import Team, TeamArgs
from .defaults import TeamDefaults
from .ground import TeamGround, TeamGroundArgs
from .problems import problems
from .settings import TeamSettings

__all__ = ["Team", "TeamArgs", "TeamDefaults", "TeamGround", "TeamGroundArgs", "TeamSettings", "problems"]
