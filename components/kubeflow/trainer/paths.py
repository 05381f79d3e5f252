"""Where both controllers look for what they read, and where their rights stand."""

from pathlib import Path

RBAC = Path(__file__).with_name("rbac")

CONFIG_KEY = "controller_manager_config.yaml"
CONFIG_FILE = f"/{CONFIG_KEY}"
# Built into both: pkg/util/cert/cert.go of kubeflow/trainer v2.2.0 and of kubernetes-sigs/jobset v0.11.0.
CERTIFICATES = "/tmp/k8s-webhook-server/serving-certs"
