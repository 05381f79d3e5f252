"""Every version of a tool of the local engine, with where it comes from.

The same versions are pinned, with their whole dependency trees, in `modules/*/go.mod` and `go.sum`; a test
holds the two together.
"""

from __future__ import annotations

PULUMI = "3.250.0"
"""Pulumi's command line, github.com/pulumi/pulumi, `pkg/v3/cmd/pulumi`."""

PULUMI_LANGUAGE_PYTHON = "3.75.0"
"""The Python language host where it is built from Go modules: github.com/pulumi/pulumi/sdk/v3,
`python/cmd/pulumi-language-python`. Later releases moved it to a module of its own that the module index does
not serve. Pulumi's own archive holds one of the same version as the command line."""

KUBERNETES = "1.36.3"
"""kube-apiserver, kube-controller-manager, kube-scheduler and kubectl: k8s.io/kubernetes."""

ETCD = "3.6.8"
"""go.etcd.io/etcd/server/v3: the version that the go.mod of k8s.io/kubernetes v1.36.3 names."""

KWOK = "0.8.0"
"""kwok and kwokctl: sigs.k8s.io/kwok."""

CONTAINERD = "2.2.2"
"""containerd, its shim and ctr: github.com/containerd/containerd/v2. The 2.2 line is a long-term one."""

CNI_PLUGINS = "1.9.1"
"""github.com/containernetworking/plugins."""

COREDNS = "1.14.7"
"""github.com/coredns/coredns: the newest patch of the minor version that kubeadm 1.36 deploys."""

RUNC = "1.1.0"
"""The oldest runc that does; Debian 12 has 1.1.5. One built without C has no seccomp profiles."""

NFTABLES = "1.0.1"
"""The oldest nft that kube-proxy's mode `nftables` accepts: its documentation for Kubernetes 1.36."""

HELM = "3.20.2"
"""helm.sh/helm/v3: the library that pulumi-kubernetes 4.34 renders charts with."""

GO = "1.26"
"""The oldest Go that builds all: the `go` line of k8s.io/kubernetes v1.36.3 and sigs.k8s.io/kwok v0.8.0."""

PULUMI_INSTALLER = "https://get.pulumi.com"
"""Where `pulumi.automation.PulumiCommand.install` takes its installer from."""

KUBERNETES_RELEASES = "https://dl.k8s.io/release"
"""Kubernetes' release binaries, each beside its `.sha256`: https://kubernetes.io/releases/download/."""

HELM_RELEASES = "https://get.helm.sh"
"""Helm's release archives, each beside its `.sha256`: https://helm.sh/docs/intro/install/."""

GITHUB_RELEASES = "https://github.com"
"""Release files of etcd (etcd-io/etcd) and KWOK (kubernetes-sigs/kwok)."""

GITHUB_API = "https://api.github.com"
"""Says each release file's SHA-256: https://docs.github.com/rest/releases/assets, field `digest`."""
