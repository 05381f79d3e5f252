"""Every resource that no plugin serves: Pulumi dynamic resources.

The engine pickles a dynamic provider by reference to its module, so no class moves to another one; and it
loads the provider in a process of its own, so providers import what they need inside their methods.
"""

from typing import Any

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)
from typing_extensions import override

_NO_SIMULATOR = (
    "the simulated cluster needs the package `simulator`, which is part of the Slipway project and not of "
    "the installed package `slipway`: run this stack from a checkout of the project, or use another cluster"
)


def _without_simulator() -> bool:
    from importlib.util import find_spec  # noqa: PLC0415

    return find_spec("simulator") is None


class SimulatedClusterProvider(ResourceProvider):
    """Makes and removes the cluster in `directory`.

    `diff` never asks the cluster: a cluster that is down would make its kubeconfig unknown, and with it every
    object in it a replacement.
    """

    serialize_as_secret_always = False

    @override
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        failures: list[CheckFailure] = []
        if _without_simulator():
            failures.append(CheckFailure("directory", _NO_SIMULATOR))
        old, new = _olds.get("directory"), news["directory"]
        if old not in (None, new):
            moved = (
                f"the simulated cluster of this stack is in {old} and cannot be moved to {new}. Put the "
                "project back, or set SLIPWAY_HOME to where it was; or remove the cluster with `make down` "
                "and make it anew with `make up`."
            )
            failures.append(CheckFailure("directory", moved))
        return CheckResult(news, failures)

    @override
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        # Which projects run is the concern of SimulatedPrograms; whether any does, that of the whole cluster.
        replaces = [key for key in ("directory", "live") if _olds.get(key) != _news.get(key)]
        return DiffResult(changes=bool(replaces), replaces=replaces, delete_before_replace=True)

    @override
    def create(self, props: dict[str, Any]) -> CreateResult:
        from simulator import cluster  # noqa: PLC0415

        directory = props["directory"]
        if props.get("live"):
            from simulator import programs  # noqa: PLC0415
            from simulator.node import Live  # noqa: PLC0415

            projects = tuple(props["projects"])
            programs.obtain(projects)
            kubeconfig = cluster.create(directory, live=Live(projects))
        else:
            kubeconfig = cluster.create(directory)
        return CreateResult(cluster.status(directory).identifier, {**props, "kubeconfig": kubeconfig})

    @override
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        from simulator import cluster  # noqa: PLC0415

        there = cluster.status(props["directory"]).identifier == id_
        return ReadResult(id_ if there else "", dict(props))

    @override
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        from simulator import cluster  # noqa: PLC0415

        cluster.delete(_props["directory"])


class SimulatedCluster(Resource, module="slipway", name="SimulatedCluster"):
    """A simulated cluster on this machine, with all its files in `directory`.

    Its id is made with the cluster and stays with it. `kubeconfig` is secret, and the same for as long as the
    cluster lives, whether it runs or not. With `projects` it is live: their programs run
    (simulator/programs).
    """

    directory: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        directory: str,
        projects: list[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        # A cluster on which nothing runs has the inputs that it had before there were live ones.
        live = {} if projects is None else {"live": True, "projects": projects}
        super().__init__(
            SimulatedClusterProvider(),
            name,
            {"directory": directory, "kubeconfig": None, **live},
            pulumi.ResourceOptions.merge(
                pulumi.ResourceOptions(additional_secret_outputs=["kubeconfig"]), opts
            ),
        )


class SimulatedNodePoolsProvider(ResourceProvider):
    """Makes the nodes of a simulated cluster what `pools` say."""

    serialize_as_secret_always = False

    @override
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        replaces = [key for key in ("cluster", "directory") if _olds.get(key) != _news.get(key)]
        return DiffResult(
            changes=bool(replaces) or _olds.get("pools") != _news.get("pools"), replaces=replaces
        )

    @override
    def create(self, props: dict[str, Any]) -> CreateResult:
        self._apply(props["directory"], props["pools"])
        return CreateResult(f"{props['cluster']}/nodes", dict(props))

    @override
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        self._apply(_news["directory"], _news["pools"])
        return UpdateResult(dict(_news))

    @override
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        from simulator import cluster  # noqa: PLC0415

        there = cluster.status(props["directory"]).identifier == props["cluster"]
        return ReadResult(id_ if there else "", dict(props))

    @override
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        from simulator import cluster  # noqa: PLC0415

        if cluster.status(_props["directory"]).identifier == _props["cluster"]:
            self._apply(_props["directory"], [])

    def _apply(self, directory: str, pools: list[dict[str, Any]]) -> None:
        from simulator import cluster  # noqa: PLC0415

        cluster.apply_pools(directory, pools)


class SimulatedNodePools(Resource, module="slipway", name="SimulatedNodePools"):
    """The nodes of a simulated cluster.

    They stand apart from the cluster, so that a change of a pool is an update of this resource alone: the
    preview of an update leaves the outputs of a dynamic resource unknown, and the cluster's kubeconfig is one
    that all objects in it depend on. `pools` have the shape of simulator.cluster.nodes.Pool.
    """

    def __init__(
        self,
        name: str,
        *,
        cluster: SimulatedCluster,
        pools: list[dict[str, Any]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            SimulatedNodePoolsProvider(),
            name,
            {"cluster": cluster.id, "directory": cluster.directory, "pools": pools},
            opts,
        )


class _GeneratedPasswordProvider(ResourceProvider):
    """Makes a password once. Nothing but `length` and `rotate` tells whether it is still the right one."""

    serialize_as_secret_always = False

    @override
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        replaces = [key for key in ("length", "rotate") if _olds.get(key) != _news.get(key)]
        return DiffResult(changes=bool(replaces), replaces=replaces)

    @override
    def create(self, props: dict[str, Any]) -> CreateResult:
        import secrets  # noqa: PLC0415
        import string  # noqa: PLC0415

        letters = string.ascii_letters + string.digits
        value = "".join(secrets.choice(letters) for _ in range(int(props["length"])))
        # The id tells one password from the next, and nothing about either.
        return CreateResult(secrets.token_hex(8), {**props, "value": value})


class GeneratedPassword(Resource, module="slipway", name="GeneratedPassword"):
    """A password of letters and digits from the operating system's random source.

    It stays the same for as long as `length` and `rotate` do; another text in `rotate` makes a new one. Its
    `id` is no secret and changes with it, so that what reads the password can be restarted by it.

    Attributes:
        value: the password, a secret Output.
    """

    value: pulumi.Output[str]

    def __init__(
        self, name: str, *, length: int = 32, rotate: str = "", opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(
            _GeneratedPasswordProvider(),
            name,
            {"length": length, "rotate": rotate, "value": None},
            pulumi.ResourceOptions.merge(pulumi.ResourceOptions(additional_secret_outputs=["value"]), opts),
        )


class _PasswordHashProvider(ResourceProvider):
    """Hashes a password once: bcrypt takes another salt each time."""

    serialize_as_secret_always = False

    @override
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        replaces = [key for key in ("password", "cost") if _olds.get(key) != _news.get(key)]
        return DiffResult(changes=bool(replaces), replaces=replaces)

    @override
    def create(self, props: dict[str, Any]) -> CreateResult:
        import secrets  # noqa: PLC0415

        import bcrypt  # noqa: PLC0415

        salt = bcrypt.gensalt(rounds=int(props["cost"]))
        value = bcrypt.hashpw(props["password"].encode(), salt).decode("ascii")
        return CreateResult(secrets.token_hex(8), {**props, "value": value})


class PasswordHash(Resource, module="slipway", name="PasswordHash"):
    """The bcrypt hash of a password, the same for as long as the password and `cost` are.

    Args:
        password: at most 72 bytes, of which bcrypt takes no more.
        cost: logarithm of the number of rounds.

    Attributes:
        value: the hash in the form `$2b$12$...`, a secret Output.
    """

    value: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        password: pulumi.Input[str],
        cost: int = 12,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        secret = pulumi.ResourceOptions(additional_secret_outputs=["password", "value"])
        super().__init__(
            _PasswordHashProvider(),
            name,
            {"password": pulumi.Output.secret(password), "cost": cost, "value": None},
            pulumi.ResourceOptions.merge(secret, opts),
        )
