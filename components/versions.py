"""Every image, chart and API version that is deployed, with where the choice comes from.

The only file that names an image registry or a chart repository. An image is written with its tag; a stack
may replace each one by its setting `image`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# The release of the Kubeflow community distribution that these versions belong together in.
RELEASE = "community distribution, master of 2026-06-12"


class Identity:
    """dexidp/dex v2.45.1 and oauth2-proxy/oauth2-proxy v7.15.2."""

    DEX = "ghcr.io/dexidp/dex:v2.45.1"
    OAUTH2_PROXY = "quay.io/oauth2-proxy/oauth2-proxy:v7.15.2"


class Dashboard:
    """kubeflow/dashboard v2.0.0: Central Dashboard, profiles with access management, PodDefaults."""

    DASHBOARD = "ghcr.io/kubeflow/dashboard/dashboard:v2.0.0"
    POD_DEFAULTS = "ghcr.io/kubeflow/dashboard/poddefaults-webhook:v2.0.0"
    PROFILE_CONTROLLER = "ghcr.io/kubeflow/dashboard/profile-controller:v2.0.0"
    ACCESS_MANAGEMENT = "ghcr.io/kubeflow/dashboard/access-management:v2.0.0"


class Notebooks:
    """kubeflow/notebooks v1.11.0: notebooks, volumes and TensorBoards, each a controller and a web app."""

    CONTROLLER = "ghcr.io/kubeflow/notebooks/notebook-controller:v1.11.0"
    WEB_APP = "ghcr.io/kubeflow/notebooks/jupyter-web-app:v1.11.0"
    PVC_VIEWER_CONTROLLER = "ghcr.io/kubeflow/notebooks/pvcviewer-controller:v1.11.0"
    VOLUMES_WEB_APP = "ghcr.io/kubeflow/notebooks/volumes-web-app:v1.11.0"
    TENSORBOARD_CONTROLLER = "ghcr.io/kubeflow/notebooks/tensorboard-controller:v1.11.0"
    TENSORBOARDS_WEB_APP = "ghcr.io/kubeflow/notebooks/tensorboards-web-app:v1.11.0"
    # What they start in the namespaces of teams, as their manifests name it.
    FILE_BROWSER = "filebrowser/filebrowser:v2.32.0"
    TENSORBOARD = "tensorflow/tensorflow:2.5.1"


class NotebookServers:
    """Standard images of notebook servers, kubeflow/kubeflow v1.11.0."""

    JUPYTER_SCIPY = "ghcr.io/kubeflow/kubeflow/notebook-servers/jupyter-scipy:v1.11.0"
    JUPYTER_PYTORCH = "ghcr.io/kubeflow/kubeflow/notebook-servers/jupyter-pytorch-full:v1.11.0"
    JUPYTER_PYTORCH_CUDA = "ghcr.io/kubeflow/kubeflow/notebook-servers/jupyter-pytorch-cuda-full:v1.11.0"
    JUPYTER_TENSORFLOW = "ghcr.io/kubeflow/kubeflow/notebook-servers/jupyter-tensorflow-full:v1.11.0"
    JUPYTER_TENSORFLOW_CUDA = (
        "ghcr.io/kubeflow/kubeflow/notebook-servers/jupyter-tensorflow-cuda-full:v1.11.0"
    )
    CODE_SERVER = "ghcr.io/kubeflow/kubeflow/notebook-servers/codeserver-python:v1.11.0"
    RSTUDIO = "ghcr.io/kubeflow/kubeflow/notebook-servers/rstudio-tidyverse:v1.11.0"


class Databases:
    """Servers for those who bring none of their own.

    MySQL as kubeflow/pipelines 2.16.1 deploys it (manifests/kustomize/third-party/mysql), PostgreSQL as the
    catalog of kubeflow/model-registry does.
    """

    MYSQL = "mysql:8.4"
    POSTGRESQL = "postgres:17.6"


class ObjectStores:
    """SeaweedFS as kubeflow/pipelines 2.17.0 deploys it (manifests/kustomize/third-party/seaweedfs).

    With 4.00 of release 2.16.1 a user whose keys are for one prefix reads all others: `..` in a key is
    followed, and nobody asks about the source of a copy (fixed in 4.27, 4.30 and 4.34).

    versity/versitygw v1.8.0, which speaks S3 and keeps objects in Azure Blob Storage; before 1.8.0 it lists
    the first page only there (its pull request 2300).
    """

    BLOB_GATEWAY = "ghcr.io/versity/versitygw:v1.8.0"
    SEAWEEDFS = "ghcr.io/chrislusf/seaweedfs:4.34"


class Backups:
    """rclone v1.76.0 (MIT), which speaks S3 to any store: what newest was on 2026-11-21."""

    RCLONE = "rclone/rclone:1.76.0"


class KServe:
    """kserve/kserve v0.18.0 (its release manifests in install/v0.18.0) and kserve/models-web-app v0.18.0.

    Runtimes as config/runtimes has them; a GPU image of TensorFlow Serving, TorchServe or Hugging Face is the
    same with `-gpu` at the end of its tag, which the controller adds by itself (UpdateImageTag). LLM presets
    as config/llmisvcconfig has them.
    """

    CONTROLLER = "kserve/kserve-controller:v0.18.0"
    LLM_CONTROLLER = "kserve/llmisvc-controller:v0.18.0"
    LOCAL_MODEL_CONTROLLER = "kserve/kserve-localmodel-controller:v0.18.0"
    LOCAL_MODEL_AGENT = "kserve/kserve-localmodelnode-agent:v0.18.0"
    WEB_APP = "ghcr.io/kserve/models-web-app:0.18.0"

    STORAGE_INITIALIZER = "kserve/storage-initializer:v0.18.0"
    AGENT = "kserve/agent:v0.18.0"
    ROUTER = "kserve/router:v0.18.0"
    ART_EXPLAINER = "kserve/art-explainer:v0.18.0"

    HUGGINGFACE = "kserve/huggingfaceserver:v0.18.0"
    LIGHTGBM = "kserve/lgbserver:v0.18.0"
    MLSERVER = "docker.io/seldonio/mlserver:1.7.1"
    PADDLE = "kserve/paddleserver:v0.18.0"
    PMML = "kserve/pmmlserver:v0.18.0"
    PREDICTIVE = "kserve/predictiveserver:v0.18.0"
    SKLEARN = "kserve/sklearnserver:v0.18.0"
    TENSORFLOW = "tensorflow/serving:2.6.2"
    TORCHSERVE = "pytorch/torchserve-kfs:0.9.0"
    TRITON = "nvcr.io/nvidia/tritonserver:23.05-py3"
    XGBOOST = "kserve/xgbserver:v0.18.0"

    LLM_ENGINE = "ghcr.io/llm-d/llm-d-cuda:v0.6.0"
    LLM_ROUTING_SIDECAR = "ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1"
    LLM_SCHEDULER = "ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1"
    LLM_TOKENIZER = "ghcr.io/llm-d/llm-d-uds-tokenizer:v0.7.1"


class Pipelines:
    """kubeflow/pipelines 2.16.1."""

    VERSION = "2.16.1"
    API_SERVER = "ghcr.io/kubeflow/kfp-api-server:2.16.1"
    PERSISTENCE_AGENT = "ghcr.io/kubeflow/kfp-persistence-agent:2.16.1"
    SCHEDULED_WORKFLOWS = "ghcr.io/kubeflow/kfp-scheduled-workflow-controller:2.16.1"
    UI = "ghcr.io/kubeflow/kfp-frontend:2.16.1"
    VIEWER = "ghcr.io/kubeflow/kfp-viewer-crd-controller:2.16.1"
    VISUALIZATION = "ghcr.io/kubeflow/kfp-visualization-server:2.16.1"
    CACHE = "ghcr.io/kubeflow/kfp-cache-server:2.16.1"
    METADATA_WRITER = "ghcr.io/kubeflow/kfp-metadata-writer:2.16.1"
    METADATA_ENVOY = "ghcr.io/kubeflow/kfp-metadata-envoy:2.16.1"
    DRIVER = "ghcr.io/kubeflow/kfp-driver:2.16.1"
    LAUNCHER = "ghcr.io/kubeflow/kfp-launcher:2.16.1"
    # ML Metadata, as Pipelines deploy it.
    METADATA_SERVER = "gcr.io/tfx-oss-public/ml_metadata_store_server:1.14.0"
    # Stands in for a step of kfp 1.x whose result is known; upstream takes whatever is newest.
    CACHED_STEP = "ghcr.io/containerd/busybox:1.36"
    # Of the steps of both tutorials: compiled into the API server's image by kfp 2.14.3, whose default it is
    # (backend/requirements.txt; sdk/python/kfp/dsl/component_factory.py).
    TUTORIALS = "python:3.9"


class Argo:
    """argoproj/argo-workflows v3.7.3, as Pipelines deploy it."""

    CONTROLLER = "quay.io/argoproj/workflow-controller:v3.7.3"
    EXECUTOR = "quay.io/argoproj/argoexec:v3.7.3"


class Trainer:
    """kubeflow/trainer v2.2.0: the controller, its initializers, and the images of its runtimes."""

    VERSION = "v2.2.0"
    CONTROLLER = "ghcr.io/kubeflow/trainer/trainer-controller-manager:v2.2.0"
    DATASET_INITIALIZER = "ghcr.io/kubeflow/trainer/dataset-initializer:v2.2.0"
    MODEL_INITIALIZER = "ghcr.io/kubeflow/trainer/model-initializer:v2.2.0"
    TORCH = "pytorch/pytorch:2.10.0-cuda12.8-cudnn9-runtime"
    TORCHTUNE = "ghcr.io/kubeflow/trainer/torchtune-trainer:v2.2.0"
    DEEPSPEED = "ghcr.io/kubeflow/trainer/deepspeed-runtime:v2.2.0"
    MLX = "ghcr.io/kubeflow/trainer/mlx-runtime:v2.2.0"
    JAX = "nvcr.io/nvidia/jax:25.10-py3"
    XGBOOST = "ghcr.io/kubeflow/trainer/xgboost-runtime:v2.2.0"


class JobSet:
    """kubernetes-sigs/jobset v0.11.0, as Trainer deploys it."""

    CONTROLLER = "registry.k8s.io/jobset/jobset:v0.11.0"


class TrainingOperator:
    """kubeflow/training-operator v1.9.2: the operator, and what it puts before the programs of jobs.

    Its images are tagged with the commit of the release.
    """

    OPERATOR = "ghcr.io/kubeflow/training-v1/training-operator:v1-3f15cb8"
    # Upstream takes whatever is newest; this is the one built from the same commit.
    KUBECTL_DELIVERY = "ghcr.io/kubeflow/training-v1/kubectl-delivery:v1-3f15cb8"
    PYTORCH_INIT = "alpine:3.10"


class Katib:
    """kubeflow/katib v0.19.0: its programs, its algorithms, its metrics collectors, and its examples."""

    CONTROLLER = "ghcr.io/kubeflow/katib/katib-controller:v0.19.0"
    DATABASE_MANAGER = "ghcr.io/kubeflow/katib/katib-db-manager:v0.19.0"
    UI = "ghcr.io/kubeflow/katib/katib-ui:v0.19.0"
    HYPEROPT = "ghcr.io/kubeflow/katib/suggestion-hyperopt:v0.19.0"
    OPTUNA = "ghcr.io/kubeflow/katib/suggestion-optuna:v0.19.0"
    HYPERBAND = "ghcr.io/kubeflow/katib/suggestion-hyperband:v0.19.0"
    SKOPT = "ghcr.io/kubeflow/katib/suggestion-skopt:v0.19.0"
    GOPTUNA = "ghcr.io/kubeflow/katib/suggestion-goptuna:v0.19.0"
    ENAS = "ghcr.io/kubeflow/katib/suggestion-enas:v0.19.0"
    DARTS = "ghcr.io/kubeflow/katib/suggestion-darts:v0.19.0"
    PBT = "ghcr.io/kubeflow/katib/suggestion-pbt:v0.19.0"
    MEDIAN_STOP = "ghcr.io/kubeflow/katib/earlystopping-medianstop:v0.19.0"
    FILE_COLLECTOR = "ghcr.io/kubeflow/katib/file-metrics-collector:v0.19.0"
    EVENT_COLLECTOR = "ghcr.io/kubeflow/katib/tfevent-metrics-collector:v0.19.0"
    TRIAL_PYTORCH = "ghcr.io/kubeflow/katib/pytorch-mnist-cpu:v0.19.0"
    TRIAL_ENAS = "ghcr.io/kubeflow/katib/enas-cnn-cifar10-cpu:v0.19.0"
    TRIAL_DARTS = "ghcr.io/kubeflow/katib/darts-cnn-cifar10-cpu:v0.19.0"


class ModelRegistry:
    """kubeflow/hub v0.3.9 (kubeflow/model-registry until then): one server with two roles, and the pages."""

    SERVER = "ghcr.io/kubeflow/hub/server:v0.3.9"
    UI = "ghcr.io/kubeflow/hub/ui:v0.3.9"


class Spark:
    """kubeflow/spark-operator 2.5.0: controller and webhook are one program."""

    OPERATOR = "ghcr.io/kubeflow/spark-operator/controller:2.5.0"
    # What the operator's image is made from and its examples name; applications name their own.
    APPLICATION = "docker.io/library/spark:4.0.1"


class MetricsProxy:
    """brancz/kube-rbac-proxy v0.18.0, the release that kserve/kserve v0.18.0 deploys."""

    KUBE_RBAC_PROXY = "quay.io/brancz/kube-rbac-proxy:v0.18.0"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A Helm chart of another project.

    Attributes:
        name: as its archive is named: `<name>-<version>.tgz`.
        repository: an index of charts (https://...), or the path before the name in a registry (oci://...).
        images: what its pods run with the values that are given here, and what these start in turn.
    """

    name: str
    version: str
    repository: str
    images: tuple[str, ...]

    @property
    def archive(self) -> str:
        """The file that `helm pull` writes."""
        return f"{self.name}-{self.version}.tgz"


_ISTIO = "https://istio-release.storage.googleapis.com/charts"
_KNATIVE = "gcr.io/knative-releases/knative.dev"


class Charts:
    """Charts of add-ons and of GPU support.

    The newest patch of the release that the community distribution deploys, where it deploys one
    (cert-manager 1.20, Istio 1.30, Knative 1.22, KubeRay 1.3); otherwise what was newest on 2026-08-22.
    Images as the chart of that version names them.
    """

    CERT_MANAGER = Chart(
        name="cert-manager",
        version="v1.20.3",
        repository="https://charts.jetstack.io",
        images=(
            "quay.io/jetstack/cert-manager-controller:v1.20.3",
            "quay.io/jetstack/cert-manager-webhook:v1.20.3",
            "quay.io/jetstack/cert-manager-cainjector:v1.20.3",
            "quay.io/jetstack/cert-manager-acmesolver:v1.20.3",
        ),
    )
    ISTIO_BASE = Chart(name="base", version="1.30.3", repository=_ISTIO, images=())
    ISTIOD = Chart(
        name="istiod",
        version="1.30.3",
        repository=_ISTIO,
        images=("registry.istio.io/release/pilot:1.30.3", "registry.istio.io/release/proxyv2:1.30.3"),
    )
    ISTIO_CNI = Chart(
        name="cni",
        version="1.30.3",
        repository=_ISTIO,
        images=("registry.istio.io/release/install-cni:1.30.3",),
    )
    ISTIO_GATEWAY = Chart(
        name="gateway",
        version="1.30.3",
        repository=_ISTIO,
        images=("registry.istio.io/release/proxyv2:1.30.3",),
    )
    # Serving and net-istio as the operator's release carries them (cmd/operator/kodata), by digest.
    KNATIVE_OPERATOR = Chart(
        name="knative-operator",
        version="v1.22.3",
        repository="https://knative.github.io/operator",
        images=(
            f"{_KNATIVE}/operator/cmd/operator:v1.22.3",
            f"{_KNATIVE}/operator/cmd/webhook:v1.22.3",
            f"{_KNATIVE}/serving/cmd/activator@sha256:5deaef961fef8d1417f6d4a4dfae2fc338f2d30d72c4ad58c3ab392b2c04705b",
            f"{_KNATIVE}/serving/cmd/autoscaler@sha256:5bae38655d87df86b041083fbe51791816473245f752432ba9b85a7b12f73cd5",
            f"{_KNATIVE}/serving/cmd/autoscaler-hpa@sha256:5e5cb34096b58befe77e9c27f003cde97e7707e9dd047e1d50786892cb566dbf",
            f"{_KNATIVE}/serving/cmd/controller@sha256:94329d85200c2fc31ed1166a26568ca1357376c149c147e71f400cf28be3c816",
            f"{_KNATIVE}/serving/cmd/queue@sha256:b1af8bda6c1d32b1cf5fbf8f1f6068c5007a5cebf091039fdea83b88b1fd87f4",
            f"{_KNATIVE}/serving/cmd/webhook@sha256:8470456be214e93a84e3c7b79a632aa9978bd8ecda553feaa47878a2c24ab84d",
            f"{_KNATIVE}/serving/pkg/cleanup/cmd/cleanup@sha256:6f771871352be1f9266615b119d85d949c7acf305316de021dd9c17c3d92e219",
            f"{_KNATIVE}/pkg/apiextensions/storageversion/cmd/migrate@sha256:049f9cb03f4867b3bc4eb6043a33bf8673603fc4ce99c02e7953df049ad63844",
            f"{_KNATIVE}/net-istio/cmd/controller@sha256:61d0004be98355e09a13a8aa1b8006f2cbd91a45944e9e088b45d06901b372f6",
            f"{_KNATIVE}/net-istio/cmd/webhook@sha256:d2b95b499d71107060f9c8d523314bb26d8f95e7c558c2472d2e61a3ce2d1462",
        ),
    )
    KNATIVE_SERVING_VERSION = "1.22.1"
    KUEUE = Chart(
        name="kueue",
        version="0.19.2",
        repository="oci://registry.k8s.io/kueue/charts",
        images=("registry.k8s.io/kueue/kueue:v0.19.2",),
    )
    KUBERAY = Chart(
        name="kuberay-operator",
        version="1.3.2",
        repository="https://ray-project.github.io/kuberay-helm",
        images=("quay.io/kuberay/operator:v1.3.2",),
    )
    PROMETHEUS = Chart(
        name="kube-prometheus-stack",
        version="88.5.3",
        repository="https://prometheus-community.github.io/helm-charts",
        images=(
            "quay.io/prometheus-operator/prometheus-operator:v0.93.1",
            "quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1",
            "quay.io/prometheus/prometheus:v3.14.0-distroless",
            "quay.io/prometheus/alertmanager:v0.34.0",
            "quay.io/prometheus/node-exporter:v1.12.1-distroless",
            "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0",
        ),
    )
    NVIDIA_DEVICE_PLUGIN = Chart(
        name="nvidia-device-plugin",
        version="0.19.3",
        repository="https://nvidia.github.io/k8s-device-plugin",
        images=(
            "nvcr.io/nvidia/k8s-device-plugin:v0.19.3",
            "registry.k8s.io/nfd/node-feature-discovery:v0.17.3",
        ),
    )
    DCGM_EXPORTER = Chart(
        name="dcgm-exporter",
        version="4.8.2",
        repository="https://nvidia.github.io/dcgm-exporter/helm-charts",
        images=("nvcr.io/nvidia/k8s/dcgm-exporter:4.5.3-4.8.2-distroless",),
    )
    # The operator itself starts the programs after the second line, as its chart's values name them.
    GPU_OPERATOR = Chart(
        name="gpu-operator",
        version="v26.3.3",
        repository="https://helm.ngc.nvidia.com/nvidia",
        images=(
            "nvcr.io/nvidia/gpu-operator:v26.3.3",
            "registry.k8s.io/nfd/node-feature-discovery:v0.18.3",
            "nvcr.io/nvidia/driver:580.126.20",
            "nvcr.io/nvidia/cloud-native/k8s-driver-manager:v0.11.0",
            "nvcr.io/nvidia/k8s/container-toolkit:v1.19.1",
            "nvcr.io/nvidia/k8s-device-plugin:v0.19.3",
            "nvcr.io/nvidia/k8s/dcgm-exporter:4.5.3-4.8.2-distroless",
            "nvcr.io/nvidia/cloud-native/k8s-mig-manager:v0.14.2",
        ),
    )
    CLUSTER_AUTOSCALER = Chart(
        name="cluster-autoscaler",
        version="9.59.0",
        repository="https://kubernetes.github.io/autoscaler",
        images=("registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0",),
    )
    AWS_LOAD_BALANCER_CONTROLLER = Chart(
        name="aws-load-balancer-controller",
        version="3.5.0",
        repository="https://aws.github.io/eks-charts",
        images=("public.ecr.aws/eks/aws-load-balancer-controller:v3.5.0",),
    )
    AWS_EFA_DEVICE_PLUGIN = Chart(
        name="aws-efa-k8s-device-plugin",
        version="v0.5.30",
        repository="https://aws.github.io/eks-charts",
        images=("602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/aws-efa-k8s-device-plugin:v0.5.20",),
    )


class Kind:
    """kubernetes-sigs/kind: the program, and the node images that its releases were built with.

    Images by the minor version of Kubernetes: `Image` in pkg/apis/config/defaults/image.go of v0.33.0,
    v0.32.0, v0.30.0 and v0.29.0.
    """

    VERSION = "v0.33.0"
    PROGRAM = "https://kind.sigs.k8s.io/dl/{version}/kind-{system}-{architecture}"
    MODULE = "sigs.k8s.io/kind@{version}"
    NODES: Mapping[str, str] = {
        "1.37": "kindest/node:v1.37.0"
        "@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5",
        "1.36": "kindest/node:v1.36.1"
        "@sha256:3489c7674813ba5d8b1a9977baea8a6e553784dab7b84759d1014dbd78f7ebd5",
        "1.34": "kindest/node:v1.34.0"
        "@sha256:7416a61b42b1662ca6ca89f02028ac133a309a2a30ba309614e8ec94d976dc5a",
        "1.33": "kindest/node:v1.33.1"
        "@sha256:050072256b9a903bd914c0b2866828150cb229cea0efe5892e2b644d5dd3b34f",
    }
