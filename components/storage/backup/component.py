"""Copies of what servers in the cluster keep, and the way back.

Installs for each server two CronJobs: `<server>-backup`, which runs by its schedule, and `<server>-restore`,
which is suspended: whoever needs it makes a Job of it. Databases are copied into the bucket of an object
store; the store in the cluster itself is copied only to a bucket outside. Needs each server's address and the
Secret of its users, and a bucket that nobody else may write. Offers what it pulls.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.batch.v1 import CronJob, JobTemplateSpecArgsDict
from pulumi_kubernetes.core.v1 import KeyToPathArgsDict, PodTemplateSpecArgsDict, Secret, ServiceAccount

from ...contracts import Caller, Namespaces, NodePool, ObjectStore, Offer
from ...kube.job import job_pod
from ...kube.program import Environment, Program
from ...kube.pulling import pull_secrets
from ...kube.scope import Scope
from ...kube.settings import Placement
from .places import Place, inside, outside, place_environment
from .programs import USER, WORK, CopiedServer, copier, database_program
from .settings import BackupSettings

RESTORE_SCHEDULE = "0 0 1 1 *"
"""Of a CronJob that is suspended: it has to have one."""

TARGET_SECRET = "kubeflow-backups-target"
ACCOUNT = "kubeflow-backups"
_POD_LABELS: Mapping[str, str] = {"slipway.dev/job": "backup"}
# Of whose data a Job is: by it one server is not open to the Jobs of another.
SERVER = "slipway.dev/server"


def backup_pods(namespaces: Namespaces, server: str | None = None) -> Caller:
    """The pods of the Jobs of one server, or of all of them."""
    return Caller(namespace=namespaces.kubeflow_name, labels=_pod_labels(server), account=ACCOUNT)


def _pod_labels(server: str | None) -> Mapping[str, str]:
    return {**_POD_LABELS, **({SERVER: server} if server else {})}


@dataclass(frozen=True, kw_only=True)
class CopiedStore:
    """The object store in the cluster.

    Attributes:
        name: of the server, and of its copies.
        jobs: the bucket of the Jobs' own user: that of copies, or where they go outside what is copied.
        owner: the bucket that is copied, for whoever may write it.
        placement: where the Jobs run: where the server may.
    """

    name: str
    jobs: ObjectStore
    owner: ObjectStore
    placement: Placement


@dataclass(frozen=True, kw_only=True)
class BackupArgs:
    """What is copied, and where to.

    Attributes:
        store: where copies go, or, where the settings name a bucket outside, what is copied as well; None
            without a store in the cluster.
        keys: access key and secret key of the bucket outside.
        mesh: whether the Jobs have an identity in a mesh.

    Raises:
        ValueError: there is no bucket to copy to, or no keys for it.
    """

    settings: BackupSettings
    namespaces: Namespaces
    servers: Sequence[CopiedServer]
    store: CopiedStore | None
    keys: tuple[pulumi.Output[str], pulumi.Output[str]] | None = None
    mesh: bool = True
    node_pools: Sequence[NodePool] = ()

    def __post_init__(self) -> None:
        if self.settings.target is None and self.store is None:
            raise ValueError("backups: there is no bucket to copy to")
        if (self.settings.target is None) != (self.keys is None):
            raise ValueError("backups: a bucket outside and its keys go together")


class Backups(pulumi.ComponentResource):
    """CronJobs that copy and restore.

    Attributes:
        offer: the images; what runs for minutes reserves nothing.
    """

    offer: Offer

    def __init__(self, name: str, args: BackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:Backups", name, None, opts)
        scope = Scope(component="data", parent=self, namespaces=args.namespaces)
        target, account = _target(scope, args), _account(scope)
        images = [one for server in args.servers for one in _database(scope, args, server, target, account)]
        if args.store and args.settings.target:
            images += _bucket(scope, args, args.store, target, account)
        self.offer = Offer(images=tuple(dict.fromkeys(images)))
        self.register_outputs({})


def _target(scope: Scope, args: BackupArgs) -> Place:
    """Where copies go, and the Secret with the keys of a bucket outside."""
    asked = args.settings.target
    if asked is None or args.keys is None:
        assert args.store is not None
        return inside("target", args.store.jobs)
    access_key, secret_key = args.keys
    made = Secret(
        TARGET_SECRET,
        metadata=scope.metadata(TARGET_SECRET),
        string_data={"accesskey": access_key, "secretkey": secret_key},
        opts=scope.options(),
    )
    return outside("target", asked, secret=made.metadata.name, access_key="accesskey", secret_key="secretkey")


def _database(
    scope: Scope, args: BackupArgs, server: CopiedServer, target: Place, account: pulumi.Output[str]
) -> tuple[str, ...]:
    """Declare both CronJobs of a database server and return the images that they pull."""
    settings, asked = args.settings, server.args
    moved: Environment = {
        **place_environment(target),
        "TARGET": target.path,
        "SERVER": asked.name,
        "WORK": WORK,
    }
    dump = database_program(server, settings, "dump")
    load = database_program(server, settings, "load")
    store = copier(settings, "store", "store.sh", {**moved, "KEEP_DAYS": str(settings.keep_days)})
    fetch = copier(settings, "fetch", "fetch.sh", {**moved, "COPY": "latest"})
    users: list[KeyToPathArgsDict] = [
        {"key": key, "path": f"{database.name}/{file}"}
        for database in asked.databases
        for key, file in ((database.user_key, "user"), (database.password_key, "password"))
    ]

    def pod(app: str, first: Program, then: Program) -> PodTemplateSpecArgsDict:
        return job_pod(
            scope,
            app,
            first=[first],
            programs=[then],
            volumes={
                "work": {"empty_dir": {"size_limit": settings.work_size}},
                "tmp": {"empty_dir": {}},
                "users": {"projected": {"sources": [{"secret": {"name": server.secret, "items": users}}]}},
            },
            service_account=account,
            user=USER,
            placement=asked.settings.placement,
            node_pools=args.node_pools,
            mesh=args.mesh,
            pod_labels=_pod_labels(asked.name),
        )

    _jobs(
        scope,
        settings,
        asked.name,
        backup=pod(f"{asked.name}-backup", dump, store),
        restore=pod(f"{asked.name}-restore", fetch, load),
        after=server.ready,
    )
    return dump.chosen_image, store.chosen_image


def _bucket(
    scope: Scope, args: BackupArgs, store: CopiedStore, target: Place, account: pulumi.Output[str]
) -> tuple[str, ...]:
    """Declare both CronJobs of the object store. The one that copies may only read it."""
    settings, name = args.settings, store.name

    def pod(app: str, what: str, source: Place, more: Environment) -> PodTemplateSpecArgsDict:
        told: Environment = {
            **place_environment(target),
            **place_environment(source),
            "TARGET": target.path,
            "SOURCE": source.path,
            "SERVER": name,
            **more,
        }
        return job_pod(
            scope,
            app,
            first=[],
            programs=[copier(settings, what, f"objects_{what}.sh", told)],
            volumes={"work": {"empty_dir": {}}, "tmp": {"empty_dir": {}}},
            service_account=account,
            user=USER,
            placement=store.placement,
            node_pools=args.node_pools,
            mesh=args.mesh,
            pod_labels=_pod_labels(name),
        )

    keep: Environment = {"KEEP_DAYS": str(settings.keep_days)}
    asked: Environment = {"COPY": "latest", "REPLACE": "no"}
    _jobs(
        scope,
        settings,
        name,
        backup=pod(f"{name}-backup", "store", inside("source", store.jobs), keep),
        restore=pod(f"{name}-restore", "load", inside("source", store.owner), asked),
        after=store.jobs.ready,
    )
    return (copier(settings, "store", "objects_store.sh", keep).chosen_image,)


def _jobs(
    scope: Scope,
    settings: BackupSettings,
    server: str,
    *,
    backup: PodTemplateSpecArgsDict,
    restore: PodTemplateSpecArgsDict,
    after: pulumi.Resource,
) -> None:
    for name, pod, schedule, suspended in (
        (f"{server}-backup", backup, settings.schedule, False),
        (f"{server}-restore", restore, RESTORE_SCHEDULE, True),
    ):
        job: JobTemplateSpecArgsDict = {
            "metadata": {"labels": scope.labels(name)},
            "spec": {
                "active_deadline_seconds": settings.deadline_minutes * 60,
                # What was refused would be refused again; a server that starts at that moment answers later.
                "backoff_limit": 0 if suspended else 2,
                "ttl_seconds_after_finished": 7 * 24 * 3600,
                "template": pod,
            },
        }
        CronJob(
            scope.unique(name),
            metadata=scope.metadata(name, app=name),
            spec={
                "schedule": schedule,
                "time_zone": settings.time_zone,
                "suspend": suspended,
                "concurrency_policy": "Forbid",
                # After an outage the copy of that time is made once, if there is still sense in it.
                "starting_deadline_seconds": 3600,
                "successful_jobs_history_limit": 1,
                "failed_jobs_history_limit": 3,
                "job_template": job,
            },
            opts=scope.options(after),
        )


def _account(scope: Scope) -> pulumi.Output[str]:
    """Declare the service account of all Jobs, which may do nothing and gets no token; return its name."""
    created = ServiceAccount(
        ACCOUNT,
        metadata=scope.metadata(ACCOUNT),
        automount_service_account_token=False,
        image_pull_secrets=pull_secrets(),
        opts=scope.options(),
    )
    return created.metadata.name
