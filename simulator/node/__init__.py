"""The live node: a real kubelet, kube-proxy, containerd and DNS, in namespaces of their own on this machine.

Pods whose images stand in the table of simulator/programs run on it as processes. Each field of a pod counts,
for the kubelet is Kubernetes' own; but requests are not backed by resources of this machine, traffic is not
restricted by NetworkPolicies, nothing is reached beyond the cluster, and all share the machine's kernel.
"""

from simulator.node.live import Live
from simulator.node.obstacle import obstacle

__all__ = ["Live", "obstacle"]
