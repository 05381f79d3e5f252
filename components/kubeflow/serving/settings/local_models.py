"""What a stack may say about models that are kept on nodes."""

from typing import Self

from pydantic import Field, model_validator

from ....kube.settings import Compute, ProgramSettings, Quantity, WorkloadSettings
from ....settings_base import DnsLabel, Settings, duplicates


class NodeGroupSettings(Settings):
    """Nodes that keep models: a LocalModelNodeGroup."""

    name: DnsLabel = Field(description="Its name, which caches give in `nodeGroups`.")
    node_pool: str = Field(description="Node pool whose nodes they are.")
    storage_limit: Quantity = Field(description="Disk that models may take on each node.")


class LocalModelsSettings(Settings):
    """The local model cache: models are fetched to nodes once, before the services that use them start."""

    enabled: bool = Field(default=False, description="Whether it is installed.")
    controller: WorkloadSettings = Field(
        default=WorkloadSettings(requests=Compute(cpu="20m", memory="128Mi")),
        description="The controller that says which node shall hold which model; at most one at a time.",
    )
    agent: ProgramSettings = Field(
        default=ProgramSettings(requests=Compute(cpu="20m", memory="128Mi")),
        description="The agent on each of those nodes.",
    )
    path: str = Field(
        default="/models",
        pattern=r"^/[-_./A-Za-z0-9]+$",
        description="Folder of the nodes. It must exist there and be writable by the group `group`.",
    )
    group: int = Field(default=1000, ge=1, description="Numeric group of that folder, and user of the agent.")
    node_groups: tuple[NodeGroupSettings, ...] = Field(default=(), description="Nodes that keep models.")
    job_seconds: int = Field(
        default=3600, ge=0, description="How long a finished download job stays, in seconds."
    )
    check_seconds: int = Field(
        default=60,
        ge=5,
        description="How often an agent looks whether its models are still there, in seconds.",
    )
    manage_volumes: bool = Field(
        default=True, description="Whether the controller makes volumes in the namespaces of services."
    )

    @model_validator(mode="after")
    def _has_nodes(self) -> Self:
        if self.enabled and not self.node_groups:
            raise ValueError("the local model cache is on and has no nodeGroups; allowed: at least one")
        if twice := duplicates(group.name for group in self.node_groups):
            raise ValueError(f"node group '{twice[0]}' is listed twice; allowed: once")
        if self.controller.replicas > 1:
            raise ValueError(
                f"found {self.controller.replicas} replicas; it elects no leader; allowed: 0 or 1"
            )
        return self
