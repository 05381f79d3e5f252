"""Serving: trained models behind an address (KServe).

Installs the API types, the controllers of inference services and of LLM inference services with their
webhooks, the serving runtimes, the containers that fetch models, the web app, and if asked for the local
model cache. Needs the namespaces, the mesh, how requests name their user, cert-manager, and the stack's node
pools; Knative Serving and the Gateway API where the settings say so. Offers contracts.Offer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from ...contracts import (
    Capabilities,
    CertificateAuthority,
    MenuItem,
    Mesh,
    Namespaces,
    NodePool,
    Offer,
    Request,
    UserIdentity,
)
from ...kube.api_types import api_types, load_api_types
from ...kube.config import Config
from ...kube.objects import access
from ...kube.scope import Scope
from ...settings_base import SettingsError
from .addresses import EXAMPLE, ModelAddresses, uses_gateway_api
from .configuration import JOBS_NAMESPACE, configuration
from .configuration import images as configured_images
from .controller import controller, webhooks
from .gateway import gateway
from .llm.controller import images as llm_images
from .llm.controller import llm_controller, llm_webhooks
from .llm.presets import images as preset_images
from .llm.presets import presets
from .local_models.cache import local_models
from .manager import Surroundings, let_in
from .models_web_app import PREFIX, models_web_app
from .placement import placed
from .requirements import problems
from .runtimes.objects import serving_runtimes
from .settings.serving import ServingSettings
from .storage_containers import storage_containers

_HERE = Path(__file__).parent
_GROUP = "serving.kserve.io"

MENU = (
    MenuItem(kind="menu", text="KServe Endpoints", link=PREFIX, icon="kubeflow:models", order=60),
    MenuItem(
        kind="documentation",
        text="KServe",
        link="https://kserve.github.io/website/",
        description="Models behind an address, for prediction and generation",
        order=60,
    ),
)

# What each controller watches from its start.
_SERVICE_TYPES = (
    f"inferenceservices.{_GROUP}",
    f"inferencegraphs.{_GROUP}",
    f"trainedmodels.{_GROUP}",
    f"servingruntimes.{_GROUP}",
    f"clusterservingruntimes.{_GROUP}",
)
_LLM_TYPES = (
    f"llminferenceservices.{_GROUP}",
    f"llminferenceserviceconfigs.{_GROUP}",
    "inferencepools.inference.networking.k8s.io",
    "inferencepools.inference.networking.x-k8s.io",
)
_CACHE_TYPES = (f"localmodelnodegroups.{_GROUP}", f"localmodelcaches.{_GROUP}", f"localmodelnodes.{_GROUP}")

Types = Mapping[str, pulumi.Resource]


@dataclass(frozen=True, kw_only=True)
class ServingArgs:
    """What serving needs.

    Attributes:
        addresses: what the platform's gateway says of addresses of services.
        knative: the leaf after which Knative Serving can be used; None where it is not installed.
        gateway_api: the leaf after which the types of the Gateway API can be used, or None.
    """

    settings: ServingSettings
    namespaces: Namespaces
    mesh: Mesh
    identity: UserIdentity
    certificates: CertificateAuthority
    capabilities: Capabilities
    node_pools: Sequence[NodePool] = ()
    addresses: ModelAddresses = EXAMPLE
    knative: pulumi.Resource | None = None
    gateway_api: pulumi.Resource | None = None


class Serving(pulumi.ComponentResource):
    """KServe.

    Attributes:
        offer: menu entries, images (those of teams' pods too) and requests.

    Raises:
        SettingsError: the settings ask for what this stack does not have.
    """

    offer: Offer

    def __init__(self, name: str, args: ServingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:kubeflow:Serving", name, None, opts)
        settings = args.settings
        _refuse_what_is_missing(args)
        scope = Scope(component="serving", parent=self, namespaces=args.namespaces)

        around = Surroundings(
            scope=scope,
            certificates=args.certificates,
            capabilities=args.capabilities,
            cluster_domain=args.mesh.cluster_domain,
            node_pools=args.node_pools,
        )
        knative = args.knative is not None
        routes = args.gateway_api
        if not uses_gateway_api(settings, args.addresses, knative=knative, available=routes is not None):
            routes = None
        config = configuration(
            scope,
            args.mesh,
            settings,
            args.node_pools,
            knative=knative,
            gateway_api=routes is not None,
            addresses=args.addresses,
        )
        types = _types(self, args, after=config.resource)
        gateway(scope, args.mesh, settings, args.addresses, routes=routes)
        let_in(scope)
        parts = [_services(around, args, types, config), _pages(scope, args)]
        if settings.llm.enabled:
            parts.append(_llm(around, args, types, config))
        if settings.local_models.enabled:
            parts.append(_local_models(around, args, types, config))

        self.offer = _together(parts)
        self.register_outputs({})


def _refuse_what_is_missing(args: ServingArgs) -> None:
    knative, gateway_api = args.knative is not None, args.gateway_api is not None
    found = problems(
        args.settings,
        args.node_pools,
        knative=knative,
        gateway_api=gateway_api,
        addresses=args.addresses,
    )
    if found:
        raise SettingsError("\n".join(f"slipway:components.serving.{problem}" for problem in found))


def _types(parent: pulumi.Resource, args: ServingArgs, after: pulumi.Resource) -> Types:
    """The API types by name. Versions of LLM services are converted by their controller."""
    llm = args.settings.llm
    converted = llm.enabled and args.capabilities.answers(*llm_images(llm))
    path = _HERE / "api_types"
    created = api_types(path, parent=parent, depends_on=[after], webhooks=converted)
    names = [str(manifest["metadata"]["name"]) for manifest in load_api_types(path)]
    return dict(zip(names, created, strict=True))


def _services(around: Surroundings, args: ServingArgs, types: Types, config: Config) -> Offer:
    """Inference services: their controller, what it may do, the runtimes and what fetches models."""
    settings, scope = args.settings, around.scope
    bindings = access(scope, _HERE / "rbac.yaml")
    add_ons = [leaf for leaf in (args.knative, args.gateway_api) if leaf]
    running = controller(
        around,
        settings.controller,
        config_hash=config.digest,
        after=[config.resource, *(types[name] for name in _SERVICE_TYPES), *bindings, *add_ons],
    )
    registered = webhooks(around, running)
    # A runtime is checked by the webhook where there is one, and by its type alone where there is none.
    runtimes = serving_runtimes(
        scope,
        settings.runtimes,
        args.node_pools,
        after=registered.get(f"clusterservingruntime.{_GROUP}", types[f"clusterservingruntimes.{_GROUP}"]),
    )
    added = storage_containers(scope, settings, after=types[f"clusterstoragecontainers.{_GROUP}"])
    return Offer(
        menu=MENU,
        images=(*running.workload.images, *configured_images(settings), *runtimes, *added),
        request=running.workload.request,
    )


def _llm(around: Surroundings, args: ServingArgs, types: Types, config: Config) -> Offer:
    """LLM inference services: their controller and the presets that it makes them of."""
    settings, scope = args.settings.llm, around.scope
    bindings = access(scope, _HERE / "llm" / "rbac.yaml")
    add_ons = [args.gateway_api] if args.gateway_api else []
    running = llm_controller(
        around,
        settings,
        config_hash=config.digest,
        after=[config.resource, *(types[name] for name in _LLM_TYPES), *bindings, *add_ons],
    )
    registered = llm_webhooks(around, running)
    kind = f"llminferenceserviceconfigs.{_GROUP}"
    presets(
        scope,
        settings,
        placed(args.node_pools, args.settings.runtimes.gpu_node_pool),
        after=registered.get(kind.replace("configs.", "config."), types[kind]),
    )
    images = (*running.workload.images, *preset_images(settings))
    return Offer(images=images, request=running.workload.request)


def _local_models(around: Surroundings, args: ServingArgs, types: Types, config: Config) -> Offer:
    images, request = local_models(
        around,
        args.settings.local_models,
        config_hash=config.digest,
        after=[*(types[name] for name in _CACHE_TYPES), config.resource],
    )
    return Offer(images=images, request=request, namespaces=(JOBS_NAMESPACE,))


def _pages(scope: Scope, args: ServingArgs) -> Offer:
    bindings = access(scope, _HERE / "rbac_web_app.yaml")
    settings = args.settings.web_app
    pages = models_web_app(scope, args.mesh, args.identity, settings, args.node_pools, after=bindings)
    return Offer(images=pages.workload.images, request=pages.workload.request)


def _together(parts: Sequence[Offer]) -> Offer:
    return Offer(
        menu=tuple(item for part in parts for item in part.menu),
        images=tuple(dict.fromkeys(image for part in parts for image in part.images)),
        request=sum((part.request for part in parts), start=Request()),
        namespaces=tuple(dict.fromkeys(name for part in parts for name in part.namespaces)),
    )
