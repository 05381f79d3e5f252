"""`make rehearse`: the stack's platform on simulated nodes, and what is to be said of it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from components.platform_settings import PlatformSettings, platform_settings
from components.settings_base import SettingsError
from overlays.stack import layered
from simulator import cluster
from simulator.cluster.api import Api
from simulator.driver import processes
from simulator.driver.engine import Engine
from simulator.driver.errors import DriverError
from simulator.driver.explain import settings_of
from simulator.driver.home import Home
from simulator.driver.project import Project, Stack, home_of
from simulator.driver.record import alone
from simulator.driver.session import Session, say
from simulator.kubernetes.charts import UNRENDERED
from simulator.rehearsal import derived
from simulator.rehearsal.autoscaler import Autoscaler
from simulator.rehearsal.groups import groups_of
from simulator.rehearsal.observation import Observation, storage
from simulator.rehearsal.report import Report, report
from simulator.rehearsal.sidecars import inject
from simulator.rehearsal.stand_ins import NAMESPACE, StandIn, stand_ins

PENDING = 2
"""The exit status of a rehearsal in which a pod found no room."""

_JSON = "--json"
_WIDTH = 120
_POLL_SECONDS = 1.0
_QUIET_SECONDS = 2.0
# With pods that wait: the scheduler looks at each again within 10 s.
_QUIET_WAITING_SECONDS = 12.0
_SETTLE_SECONDS = 300.0
_TAIL = 30
_CREDENTIALS = ("AWS_", "ARM_", "AZURE_", "GOOGLE_", "GCLOUD_", "CLOUDSDK_", "KUBECONFIG", "PULUMI_ACCESS_")


@dataclass(frozen=True)
class _Place:
    """Where a rehearsal happens: all of it below `root`."""

    root: Path
    session: Session

    @property
    def log(self) -> Path:
        return self.root / "engine.log"


def rehearse(name: str, options: Sequence[str]) -> int:
    """Rehearse a stack and print what was found; return PENDING where a pod stays Pending, else 0."""
    if unknown := [option for option in options if option != _JSON]:
        raise DriverError(f"unknown options: {' '.join(unknown)}; allowed: {_JSON}")
    stack = Project.find().stack(name)
    settings = _settings(stack)
    with _terminated_as_interrupted(), _place(stack) as place:
        found = _rehearsed(place, stack, settings)
    if _JSON in options:
        print(json.dumps(found.plain(), indent=2))
    else:
        found.show(Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False))
    return 0 if found.fits else PENDING


def _settings(stack: Stack) -> PlatformSettings:
    try:
        overlaid = layered(settings_of(stack), stack.project.root)
        settings = platform_settings(overlaid.settings.values)
    except SettingsError as error:
        raise DriverError(f"the settings of stack '{stack.name}' are refused:\n{error}") from None
    if settings.scope != "everything":
        raise DriverError(
            f"stack '{stack.name}' has the scope '{settings.scope}', and there is nothing to rehearse of it "
            "alone; allowed: a stack with cluster and platform (scope: everything)"
        )
    groups_of(settings.cluster)
    return settings


def _rehearsed(place: _Place, stack: Stack, settings: PlatformSettings) -> Report:
    session = place.session
    cluster.create(session.home.cluster)
    api = cluster.client(session.home.cluster)
    pools = settings.cluster.contracts()
    autoscaler = Autoscaler(api, groups_of(settings.cluster))
    _stand_in(api, autoscaler, stand_ins(settings, pools))
    if settings.addons.istio.enabled:
        inject(api, settings.addons.istio.sidecar)
    engine = _engine(session)
    _give_secrets(engine, derived.placeholders(stack, settings))
    say(f"rehearsing stack '{stack.name}': {sum(autoscaler.counts.values())} nodes to begin with")
    with _running(engine, place) as run:
        while run.poll() is None:
            _ease(api, autoscaler)
            time.sleep(_POLL_SECONDS)
    if run.returncode:
        tail = "\n".join(place.log.read_text(errors="replace").splitlines()[-_TAIL:])
        raise DriverError(f"the program of stack '{stack.name}' failed in the rehearsal:\n{tail}")
    seen = _settled(api, autoscaler)
    in_cloud = settings.data.provider == "cloud"
    return report(stack.name, seen, autoscaler, storage(api), data_of_cloud=in_cloud)


def _stand_in(api: Api, autoscaler: Autoscaler, several: Sequence[StandIn]) -> None:
    """Make nodes, and the pods of cloud and charts on them, before anything of the platform."""
    api.apply(
        f"/api/v1/namespaces/{NAMESPACE}",
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
    )
    manifests = [one.manifest() for one in several]
    autoscaler.begin([one for one in manifests if one["kind"] == "DaemonSet"])
    for manifest in manifests:
        kind = f"{manifest['kind'].lower()}s"
        api.apply(f"/apis/apps/v1/namespaces/{NAMESPACE}/{kind}/{manifest['metadata']['name']}", manifest)


def _ease(api: Api, autoscaler: Autoscaler) -> tuple[Observation, bool]:
    """Look, and add a node where one may help; return what was seen, and whether that was to be done."""
    for _ in storage(api):
        pass
    seen = Observation.of(api)
    return seen, autoscaler.step(seen.waiting, seen.pods)


def _settled(api: Api, autoscaler: Autoscaler) -> Observation:
    """Wait until nothing changes any more: every pod has a node, or nothing gives it one."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    since, before = time.monotonic(), frozenset[tuple[str, str]]()
    while True:
        seen, busy = _ease(api, autoscaler)
        now = time.monotonic()
        if busy or not seen.is_complete or seen.signature != before:
            since, before = now, seen.signature
        quiet = _QUIET_WAITING_SECONDS if seen.without_node else _QUIET_SECONDS
        if now - since >= quiet:
            return seen
        if now > deadline:
            raise DriverError(f"the rehearsal has not come to rest after {_SETTLE_SECONDS:.0f} s")
        time.sleep(_POLL_SECONDS)


def _engine(session: Session) -> Engine:
    """The engine, without anything that opens a cloud's account."""
    equipped = session.equipped({})
    kept = {name: value for name, value in equipped.environment.items() if not name.startswith(_CREDENTIALS)}
    code = str(Path(cluster.__file__).parents[2])
    path = os.pathsep.join([code, *filter(None, [kept.get("PYTHONPATH")])])
    return replace(
        equipped, environment={**kept, "PYTHONPATH": path, UNRENDERED: "true"}
    ).without_checkpoints()


def _give_secrets(engine: Engine, values: Mapping[str, str]) -> None:
    engine.ask("stack init", "--secrets-provider", "passphrase")
    if values:
        pairs = [part for key, value in values.items() for part in ("--secret", f"{key}={value}")]
        engine.ask("config set-all", *pairs)


@contextmanager
def _running(engine: Engine, place: _Place) -> Generator["subprocess.Popen[bytes]"]:
    """`pulumi up`, which goes on beside; it is ended where the block ends before it."""
    line = ["up", "--yes", "--skip-preview", "--suppress-outputs", "--suppress-progress", "--parallel", "64"]
    with place.log.open("wb") as log:
        run = subprocess.Popen(
            [str(engine.program), *line, "--non-interactive", "--stack", engine.stack.name],
            cwd=engine.stack.project.root,
            env=engine.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield run
        finally:
            if run.poll() is None:
                run.kill()
                run.wait()


@contextmanager
def _place(stack: Stack) -> Generator[_Place]:
    """A place of the rehearsal's own, emptied of what a killed one left, and gone at the end."""
    root = derived.root_of(home_of(stack.project), stack)
    if any(character.isspace() for character in str(root)):
        raise DriverError(
            f"the path {root} has a space in it, at which KWOK's kwokctl cuts it: set SLIPWAY_HOME to a "
            "folder without, or move the project"
        )
    home = derived.home_of(root, stack)
    home.create()
    with alone(home):
        try:
            _clear(home)
            derived.remove_old(root)
            home.create()
            own = derived.write(root, stack)
            yield _Place(root, Session(own, derived.home_of(root, own)))
        finally:
            _clear(home)
            derived.remove(root)


def _clear(home: Home) -> None:
    """End every process of the rehearsal and remove its cluster."""
    processes.end(processes.marked(home.mark))
    cluster.delete(home.cluster)


@contextmanager
def _terminated_as_interrupted() -> Generator[None]:
    """Clean up at SIGTERM as at Ctrl-C."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
