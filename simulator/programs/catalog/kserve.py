"""KServe: kserve/kserve, and the proxy before its metrics.

The module registry gives 0.17.0, and we deploy 0.18.0. The controller of 0.17.0 has the same flags, and reads
the same ConfigMap but for keys that 0.18.0 added (enableLLMInferenceServiceTLS, disableHTTPRouteTimeout,
autoscaling-wva-controller-config), which it leaves alone. It does not refuse the environment variables that
0.18.0 refuses, routes no gRPC beside HTTP, and makes no Service for the workers of a model on several nodes.
Where the registry gives 0.18.0: VERSION, `go get` of it in modules/kserve, and nothing else.

Left out, as 0.17.0 cannot run under what we deploy for 0.18.0:
- the controller of LLM inference services refuses our presets: they ask for `.GlobalConfig.EnableTLS`, which
  its templates do not have;
- the controller and the agent of the local model cache do not know LocalModelNamespaceCache, whose webhook
  we register, and name the folders of models otherwise.
"""

from components.versions import KServe, MetricsProxy
from simulator.programs.model import MOUNT, GoPrograms, Image, PythonPackages

VERSION = "0.17.0"

# It answers webhooks by a certificate of cert-manager's.
NEEDS = ("cert_manager",)

_MODULE = "github.com/kserve/kserve"
_SERVERS = "/opt/servers"
_INITIALIZER = "storage-initializer/scripts/initializer-entrypoint"

PROGRAMS = GoPrograms(
    name="kserve",
    version=VERSION,
    packages={name: f"{_MODULE}/cmd/{name}" for name in ("manager", "router")},
    # Without Google's object store by gRPC, as in argo.py.
    tags=("disable_grpc_modules",),
    # In no package registry, and the same in 0.17.0 as in 0.18.0 but for a blank line.
    trees={
        f"python/{path}": f"{_MODULE}:python/{path}" for path in ("sklearnserver/sklearnserver", _INITIALIZER)
    },
)

# What the servers are made of: of 0.18.0, as deployed.
PACKAGES = PythonPackages(
    name="kserve-models",
    version="0.18.0",
    imports=(
        "boto3",
        "joblib",
        "kserve",
        "kserve_storage",
        "sklearn.ensemble",
        "sklearn.linear_model",
    ),
)

# 0.18.0, which we deploy, goes with the libraries of Kubernetes 1.30 alone. This one goes with those of the
# cluster's own programs, which are compiled already where those were built. Its flags are the same.
PROXY = GoPrograms(
    name="kube-rbac-proxy",
    version="0.19.1",
    packages={"kube-rbac-proxy": "github.com/brancz/kube-rbac-proxy/cmd/kube-rbac-proxy"},
)


def _program(image: str, name: str, path: str) -> Image:
    return Image(
        image=image,
        sources=(PROGRAMS,),
        entrypoint=(path,),
        links={path: f"{MOUNT}/kserve/bin/{name}"},
        version=VERSION,
    )


IMAGES = (
    _program(KServe.CONTROLLER, "manager", "/manager"),
    _program(KServe.ROUTER, "router", "/ko-app/router"),
    Image(
        image=KServe.SKLEARN,
        sources=(PACKAGES, PROGRAMS),
        entrypoint=("python3", "-m", "sklearnserver"),
        links={_SERVERS: f"{MOUNT}/kserve/python"},
        environment={
            "PYTHONPATH": f"{_SERVERS}/sklearnserver:{MOUNT}/kserve-models/site",
            "PYTHONUNBUFFERED": "1",
        },
        user="1000:1000",
    ),
    # It fetches what a pod without a way outside can reach: http(s)://, s3:// of the cluster, volumes.
    Image(
        image=KServe.STORAGE_INITIALIZER,
        sources=(PACKAGES, PROGRAMS),
        entrypoint=("python3", f"/{_INITIALIZER}"),
        links={f"/{_INITIALIZER}": f"{MOUNT}/kserve/python/{_INITIALIZER}"},
        folders={"/work": 0o777, "/mnt": 0o777},
        environment={"PYTHONUNBUFFERED": "1"},
        user="1000:1000",
        directory="/work",
    ),
    Image(
        image=MetricsProxy.KUBE_RBAC_PROXY,
        sources=(PROXY,),
        entrypoint=(f"{MOUNT}/kube-rbac-proxy/bin/kube-rbac-proxy",),
        version=PROXY.version,
    ),
)
