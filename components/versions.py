"""Every image, chart and API version that is deployed, with where the choice comes from.

The only file that names an image registry or a chart repository. An image is written with its tag; a stack
may replace each one by its setting `image`.
"""

# The release of the Kubeflow community distribution that these versions belong together in.
RELEASE = "community distribution, master of 2026-06-12"


class Dashboard:
    """kubeflow/dashboard v2.0.0: Central Dashboard, profiles with access management, PodDefaults."""

    DASHBOARD = "ghcr.io/kubeflow/dashboard/dashboard:v2.0.0"
    POD_DEFAULTS = "ghcr.io/kubeflow/dashboard/poddefaults-webhook:v2.0.0"
    PROFILE_CONTROLLER = "ghcr.io/kubeflow/dashboard/profile-controller:v2.0.0"
    ACCESS_MANAGEMENT = "ghcr.io/kubeflow/dashboard/access-management:v2.0.0"


class Notebooks:
    """kubeflow/notebooks v1.11.0: notebook controller and the Jupyter web app."""

    CONTROLLER = "ghcr.io/kubeflow/notebooks/notebook-controller:v1.11.0"
    WEB_APP = "ghcr.io/kubeflow/notebooks/jupyter-web-app:v1.11.0"


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
    """SeaweedFS as kubeflow/pipelines 2.16.1 deploys it (manifests/kustomize/third-party/seaweedfs)."""

    SEAWEEDFS = "chrislusf/seaweedfs:4.00"
