"""The stand-in for Pulumi's Kubernetes resource plugin.

A program over Pulumi's provider protocol, started by the engine as `pulumi-resource-kubernetes` where the
real plugin cannot be had. It does what the real one does with the resources of pulumi_kubernetes 4.34; where
it differs, the module that does so says it. Components other than Helm charts, file rendering and client-side
apply are refused.
"""

from simulator.kubernetes.provenance import origin

__all__ = ["origin"]
