"""The ConfigMap `inferenceservice-config`, from which KServe's programs read all that may vary.

Keys and values: kserve/kserve v0.18.0, pkg/apis/serving/v1beta1/configmap.go, pkg/types/config.go,
pkg/credentials, pkg/webhook/admission/pod, pkg/controller/v1alpha1/inferencegraph/controller.go and
pkg/controller/v1alpha2/llmisvc/config_loader.go.
"""

import json
from collections.abc import Sequence
from typing import Any

from ...contracts import Mesh, NodePool
from ...kube.config import Config, config_map
from ...kube.pulling import pulled
from ...kube.scope import Scope
from ...kube.settings import Compute
from ...versions import KServe as Images
from .addresses import EXAMPLE, ModelAddresses, domains
from .settings.llm import LLMSettings
from .settings.local_models import LocalModelsSettings
from .settings.services import DeploymentSettings, S3Settings
from .settings.serving import ServingSettings
from .settings.sidecars import LoggerSettings, SidecarSettings

NAME = "inferenceservice-config"
APP = "kserve"
JOBS_NAMESPACE = "kserve-localmodel-jobs"
GATEWAY = "kserve-ingress-gateway"

# constants.go, DefaultGPUResourceTypeList.
KNOWN_GPUS = ("nvidia.com/gpu", "amd.com/gpu", "intel.com/gpu", "habana.ai/gaudi")

Entry = dict[str, Any]


def configuration(
    scope: Scope,
    mesh: Mesh,
    settings: ServingSettings,
    pools: Sequence[NodePool],
    *,
    knative: bool,
    gateway_api: bool,
    addresses: ModelAddresses = EXAMPLE,
) -> Config:
    """Declare the ConfigMap; `gateway_api` says whether services get routes of the Gateway API."""
    ingress = _ingress(mesh, settings, addresses, knative=knative, gateway_api=gateway_api)
    data = {
        key: json.dumps(value, indent=1) for key, value in _entries(settings, pools, ingress=ingress).items()
    }
    return config_map(scope, NAME, data, app=APP)


def images(settings: ServingSettings) -> tuple[str, ...]:
    """The images that the ConfigMap names."""
    sidecars = (settings.storage_initializer, settings.agent, settings.router)
    defaults = (Images.STORAGE_INITIALIZER, Images.AGENT, Images.ROUTER)
    chosen = [pulled(one.image or default) for one, default in zip(sidecars, defaults, strict=True)]
    return (*chosen, _explainer(settings))


def _entries(settings: ServingSettings, pools: Sequence[NodePool], *, ingress: Entry) -> dict[str, Entry]:
    agent = _sidecar(settings.agent, Images.AGENT)
    result: dict[str, Entry] = {
        "agent": agent,
        "autoscaler": {
            "scaleUpStabilizationWindowSeconds": str(settings.autoscaler.scale_up_window),
            "scaleDownStabilizationWindowSeconds": str(settings.autoscaler.scale_down_window),
        },
        # Read for its quantities and used for nothing: the agent batches, as each service says.
        "batcher": {**agent, "maxBatchSize": "32", "maxLatency": "5000"},
        "credentials": _credentials(settings),
        "deploy": _deploy(settings.deployment),
        "explainers": {"art": _art(_explainer(settings))},
        "inferenceService": _service(settings.deployment),
        "ingress": ingress,
        "localModel": _local_models(settings.local_models, settings),
        "logger": {**agent, **_logger(settings.logger)},
        "metricsAggregator": {
            "enableMetricAggregation": _word(settings.metrics.aggregation),
            "enablePrometheusScraping": _word(settings.metrics.scraping),
        },
        "multiNode": {"customGPUResourceTypeList": _gpus(settings.deployment, pools)},
        "opentelemetryCollector": {
            "scrapeInterval": settings.open_telemetry.scrape_interval,
            "metricReceiverEndpoint": settings.open_telemetry.receiver,
            "metricScalerEndpoint": settings.open_telemetry.scaler,
            "resource": _quantities(settings.open_telemetry.requests, settings.open_telemetry.limits),
        },
        "router": {
            **_sidecar(settings.router, Images.ROUTER),
            "headers": {"propagate": list(settings.router.propagated_headers)},
            "imagePullPolicy": settings.router.pull_policy,
            "imagePullSecrets": list(settings.router.pull_secrets),
        },
        "security": {"autoMountServiceAccountToken": settings.deployment.service_account_token},
        "service": {"serviceClusterIPNone": settings.deployment.headless_services},
        "storageInitializer": _storage_initializer(settings),
    }
    if settings.llm.enabled and settings.llm.prometheus:
        result["autoscaling-wva-controller-config"] = _variant_autoscaling(settings.llm)
    return result


def _sidecar(settings: SidecarSettings, image: str) -> Entry:
    return {"image": pulled(settings.image or image), **_quantities(settings.requests, settings.limits)}


def _quantities(requests: Compute, limits: Compute) -> Entry:
    quantities = {
        "cpuRequest": requests.cpu,
        "memoryRequest": requests.memory,
        "cpuLimit": limits.cpu,
        "memoryLimit": limits.memory,
    }
    return {name: value for name, value in quantities.items() if value is not None}


def _credentials(settings: ServingSettings) -> Entry:
    given = settings.credentials
    return {
        "storageSpecSecretName": given.storage_secret,
        "storageSecretNameAnnotation": given.secret_annotation,
        "gcs": {"gcsCredentialFileName": given.google_file},
        "s3": _s3(given.s3),
    }


def _s3(given: S3Settings) -> Entry:
    return {
        "s3AccessKeyIDName": given.access_key_name,
        "s3SecretAccessKeyName": given.secret_key_name,
        "s3Endpoint": given.endpoint or "",
        # Two of them are read as numbers, the others as words (pkg/credentials/s3, kserve_storage.py).
        "s3UseHttps": _digit(given.https),
        "s3Region": given.region or "",
        "s3VerifySSL": _digit(given.verify),
        "s3UseVirtualBucket": _word(given.virtual_bucket),
        "s3UseAccelerate": _word(given.accelerate),
        "s3UseAnonymousCredential": _word(given.anonymous),
        "s3CABundleConfigMap": given.ca_bundle_config_map or "",
        "s3CABundle": given.ca_bundle or "",
    }


def _deploy(given: DeploymentSettings) -> Entry:
    result: Entry = {"defaultDeploymentMode": given.mode}
    if given.rollout:
        result["deploymentRolloutStrategy"] = {
            "defaultRollout": {
                "maxSurge": given.rollout.max_surge,
                "maxUnavailable": given.rollout.max_unavailable,
            }
        }
    return result


def _explainer(settings: ServingSettings) -> str:
    # The controller puts name and tag together again (component_art.go): there is no place for a digest.
    return pulled(settings.explainers.art or Images.ART_EXPLAINER, by_tag=True)


def _art(image: str) -> Entry:
    name, _, tag = image.rpartition(":")
    return {"image": name, "defaultImageVersion": tag}


def _service(given: DeploymentSettings) -> Entry:
    return {
        "resource": _quantities(given.requests, given.limits),
        "serviceAnnotationDisallowedList": list(given.ignored_annotations),
        "serviceLabelDisallowedList": list(given.ignored_labels),
    }


def _ingress(
    mesh: Mesh, settings: ServingSettings, addresses: ModelAddresses, *, knative: bool, gateway_api: bool
) -> Entry:
    given = settings.routing
    at_the_gateway = knative or (gateway_api and given.gateway_api.gateway is None)
    result: Entry = {
        "enableGatewayApi": gateway_api,
        "kserveIngressGateway": given.gateway_api.gateway or f"{mesh.namespace}/{GATEWAY}",
        "ingressGateway": mesh.gateway,
        "ingressDomain": domains(settings, addresses)[0],
        "additionalIngressDomains": list(given.more_domains),
        "domainTemplate": given.host_template,
        # Routes of Knative and of the Gateway API are at the platform's gateway. An Ingress of KServe's names
        # no certificate, so that Istio answers it at port 80 alone (v0.18.0, kube_ingress_reconciler.go).
        "urlScheme": given.scheme or (addresses.scheme if at_the_gateway else "http"),
        "enableLLMInferenceServiceTLS": settings.llm.tls,
        # Only services in Knative mode get a VirtualService.
        "disableIstioVirtualHost": not knative,
        "disableIngressCreation": not given.outside,
        "disableHTTPRouteTimeout": not given.gateway_api.request_timeouts,
    }
    if mesh.present:
        # Knative's own names, as Kubeflow configures it.
        result["localGateway"] = "knative-serving/knative-local-gateway"
        result["localGatewayService"] = f"knative-local-gateway.{mesh.namespace}.svc.{mesh.cluster_domain}"
    if given.ingress_class is not None:
        result["ingressClassName"] = given.ingress_class
    if given.by == "path":
        result["pathTemplate"] = given.path_template
    return result


def _local_models(given: LocalModelsSettings, settings: ServingSettings) -> Entry:
    return {
        "enabled": given.enabled,
        "jobNamespace": JOBS_NAMESPACE,
        "defaultJobImage": pulled(settings.storage_initializer.image or Images.STORAGE_INITIALIZER),
        "fsGroup": given.group,
        "jobTTLSecondsAfterFinished": given.job_seconds,
        "reconcilationFrequencyInSecs": given.check_seconds,
        "disableVolumeManagement": not given.manage_volumes,
    }


def _logger(given: LoggerSettings) -> Entry:
    result: Entry = {"defaultUrl": given.default_url, "tlsSkipVerify": given.skip_verification}
    texts = {
        "caBundle": given.ca_bundle,
        "caCertFile": given.ca_file,
        "marshallerUrl": given.marshaller_url,
        "batchSize": given.batch_size,
        "batchInterval": given.batch_interval,
    }
    result.update({name: value for name, value in texts.items() if value is not None})
    if given.storage:
        result["storage"] = {
            "path": given.storage.path,
            "key": given.storage.key,
            "parameters": {"format": given.storage.storage_format},
            "serviceAccountName": given.storage.service_account,
        }
    return result


def _gpus(given: DeploymentSettings, pools: Sequence[NodePool]) -> list[str]:
    found = [*given.gpu_resources, *(pool.accelerator.resource for pool in pools if pool.accelerator)]
    return [name for name in dict.fromkeys(found) if name not in KNOWN_GPUS]


def _storage_initializer(settings: ServingSettings) -> Entry:
    given = settings.storage_initializer
    result: Entry = {
        **_sidecar(given, Images.STORAGE_INITIALIZER),
        "caBundleConfigMapName": given.ca_bundle or "",
        "caBundleVolumeMountPath": given.ca_bundle_path,
        "enableModelcar": given.oci_images,
        "cpuModelcar": given.oci_cpu,
        "memoryModelcar": given.oci_memory,
    }
    if given.oci_user is not None:
        result["uidModelcar"] = given.oci_user
    return result


def _variant_autoscaling(settings: LLMSettings) -> Entry:
    assert settings.prometheus
    given = settings.prometheus
    prometheus: Entry = {"url": given.url, "tlsInsecureSkipVerify": given.skip_verification}
    if given.auth_modes:
        prometheus["authModes"] = given.auth_modes
    if given.authentication:
        prometheus["triggerAuthName"] = given.authentication
        prometheus["triggerAuthKind"] = given.authentication_kind
    return {"prometheus": prometheus}


def _word(value: bool | None) -> str:
    return "" if value is None else str(value).lower()


def _digit(value: bool | None) -> str:
    return "" if value is None else str(int(value))
