"""Kubeflow Pipelines, for many teams, with Argo Workflows.

Installs the API types of Argo and of pipelines, the API server, the controllers around it, the pages, ML
Metadata, the cache and the workflow controller. Needs the namespaces, the mesh, how requests name their user,
certificates, three MySQL databases and a bucket (`embedded` says which, where they run in the cluster).
Offers contracts.PipelinesService, for what each team gets (`team`).
"""

from collections.abc import Mapping
from pathlib import Path

import pulumi
from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinition

from ...contracts import MenuItem, Offer, PipelinesService, Request
from ...kube.api_types import api_types, load_api_types
from ...kube.config import config_map
from ...kube.objects import access
from ...kube.pulling import pulled
from ...kube.scope import Scope
from ...kube.workload import Workload
from ...versions import Argo as ArgoImages
from ...versions import Pipelines as Images
from .api_server import api_server
from .argo import workflow_controller
from .args import API_PORT, API_SERVER, RBAC, UI_ACCOUNT, Install, PipelinesArgs
from .cache import cache_server
from .controllers import persistence_agent, scheduled_workflows, viewer_controller
from .default_pipelines import images as images_of_steps
from .envoy import metadata_envoy
from .launcher import LAUNCHER_CONFIG, launcher_config
from .metadata import PORT as METADATA_PORT
from .metadata import SERVICE as METADATA
from .metadata import metadata_server, metadata_writer
from .settings import PipelinesSettings
from .ui import ui
from .visualization import visualization_server

API_TYPES = Path(__file__).with_name("api_types.yaml")

SECTION, ICON = "Pipelines", "kubeflow:pipeline-centered"
PAGES = {
    "Pipelines": "pipelines",
    "Experiments": "experiments",
    "Runs": "runs",
    "Recurring Runs": "recurringruns",
    "Artifacts": "artifacts",
    "Executions": "executions",
}
MENU = (
    *(
        MenuItem(
            kind="menu",
            text=text,
            link=f"/pipeline/#/{page}",
            section=SECTION,
            section_icon=ICON,
            order=70,
        )
        for text, page in PAGES.items()
    ),
    MenuItem(
        kind="quick",
        text="Upload a pipeline",
        link="/pipeline/#/pipelines",
        description="Pipelines",
        order=70,
    ),
    MenuItem(
        kind="quick",
        text="View all pipeline runs",
        link="/pipeline/#/runs",
        description="Pipelines",
        order=71,
    ),
    MenuItem(
        kind="documentation",
        text="Kubeflow Pipelines",
        link="https://www.kubeflow.org/docs/components/pipelines/",
        description="Workflows of machine learning, from a Python function to a recurring run",
        order=70,
    ),
)


class Pipelines(pulumi.ComponentResource):
    """Kubeflow Pipelines.

    Attributes:
        service: how the namespaces of teams reach it.
        offer: menu entries, images (those of runs with them) and requests.
    """

    service: PipelinesService
    offer: Offer

    def __init__(self, name: str, args: PipelinesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:kubeflow:Pipelines", name, None, opts)
        scope = Scope(component="pipelines", parent=self, namespaces=args.namespaces)
        access(scope, RBAC / "people.yaml")
        public = _public(scope, args)
        install = Install(scope=scope, args=args, types=_types(self, after=public))

        controller = workflow_controller(install)
        server = api_server(install)
        metadata = metadata_server(install)
        workloads = (
            controller,
            server,
            metadata,
            metadata_writer(install, metadata.resource),
            metadata_envoy(install),
            persistence_agent(install, server.resource),
            scheduled_workflows(install, server.resource),
            ui(install, server.resource),
            viewer_controller(install),
            visualization_server(install),
            cache_server(install),
        )

        self.service = PipelinesService(
            host=scope.host(API_SERVER, args.mesh.cluster_domain),
            port=API_PORT,
            metadata_host=f"{METADATA}.{scope.namespace_name}",
            metadata_port=METADATA_PORT,
            ready=server.resource,
        )
        self.offer = _offer(scope, args.settings, workloads)
        self.register_outputs({})


def _types(parent: pulumi.Resource, after: pulumi.Resource) -> Mapping[str, CustomResourceDefinition]:
    """The API types by plural name, the first part of each one's own."""
    created = api_types(API_TYPES, parent=parent, depends_on=[after])
    names = [str(manifest["metadata"]["name"]) for manifest in load_api_types(API_TYPES)]
    return {name.partition(".")[0]: one for name, one in zip(names, created, strict=True)}


def _public(scope: Scope, args: PipelinesArgs) -> pulumi.Resource:
    """What anybody may read, and what runs in Kubeflow's own namespace would read."""
    config_map(
        scope,
        "kubeflow-pipelines-public",
        {"kubeflow_pipelines_version": f"v{Images.VERSION}"},
        app=API_SERVER,
    )
    data = launcher_config(args.settings.runs, args.store, scope.namespace_name)
    return config_map(scope, LAUNCHER_CONFIG, data, app=API_SERVER).resource


def _offer(scope: Scope, settings: PipelinesSettings, workloads: tuple[Workload, ...]) -> Offer:
    in_runs = (
        pulled(settings.runs.driver_image or Images.DRIVER),
        pulled(settings.runs.launcher_image or Images.LAUNCHER),
        pulled(settings.workflow_controller.executor.image or ArgoImages.EXECUTOR),
        pulled(settings.cache.image_of_cached_steps or Images.CACHED_STEP),
        *images_of_steps(settings.api_server.pipelines, samples=settings.api_server.samples),
    )
    return Offer(
        menu=MENU,
        images=(*(image for one in workloads for image in one.images), *in_runs),
        request=sum((one.request for one in workloads), start=Request()),
        # The pages ask for artifacts and viewers.
        asks_teams=(scope.caller({"app": UI_ACCOUNT}, UI_ACCOUNT),),
    )
