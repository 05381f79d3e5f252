"""The tools of the local engine: what each consists of, which versions do, and how it is obtained."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from simulator.tools import versions
from simulator.tools.errors import ToolError

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)((?:-[0-9A-Za-z.-]+)?)")


@dataclass(frozen=True)
class Version:
    """A semantic version as a tool prints it.

    `suffix` is what follows a hyphen: a pre-release, or the mark of a wrapper such as `v1.36.3-dispatcher`.
    """

    numbers: tuple[int, int, int]
    suffix: str = ""

    @classmethod
    def find(cls, text: str) -> Version | None:
        """Return the first version in `text`, or None if there is none."""
        match = _VERSION.search(text)
        if match is None:
            return None
        major, minor, patch, suffix = match.groups()
        return cls((int(major), int(minor), int(patch)), suffix)

    def __str__(self) -> str:
        """Return the version without a leading `v`."""
        return ".".join(map(str, self.numbers)) + self.suffix


@dataclass(frozen=True)
class GoProgram:
    """One program built from Go modules.

    `module` is the folder below `modules/` whose go.mod pins it, `package` the main package. `variables` are
    set by the linker, `tags` those of the build. `scripts` are files of `scripts_module` (name to path in it)
    that must lie beside the program.
    """

    name: str
    version: str
    module: str
    package: str
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    scripts_module: str = ""
    scripts: Mapping[str, str] = field(default_factory=dict[str, str])
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Download:
    """An official release file for Linux, `{arch}` being amd64 or arm64.

    The SHA-256 digest is read from `digest`: a file of its own, or, where that is a GitHub release's API
    address, the entry of the file's name. `member` is the program's path where the file is an archive;
    `{program}` in it stands for the name of each of the tool's programs.
    """

    url: str
    digest: str
    member: str = ""

    @classmethod
    def from_github(cls, repository: str, version: str, file: str, member: str = "") -> Download:
        """Return the `file` of the release that is tagged with `v` and the version."""
        return cls(
            f"{versions.GITHUB_RELEASES}/{repository}/releases/download/v{version}/{file}",
            digest=f"{versions.GITHUB_API}/repos/{repository}/releases/tags/v{version}",
            member=member,
        )


@dataclass(frozen=True)
class PulumiInstaller:
    """Pulumi's own installer, run by `pulumi.automation.PulumiCommand.install`."""

    url: str = versions.PULUMI_INSTALLER


@dataclass(frozen=True)
class Tool:
    """A tool: one or more programs that belong in one directory.

    `programs[0]` is what is looked for on PATH, asked for its version with `version_arguments`; the others
    must lie beside it. `newer_minor` says that any later minor version does; else the minor version must be
    the same. `packages` are those of Debian and Ubuntu that hold it, where nobody releases or builds it
    otherwise: it then has the distribution's version.
    """

    name: str
    version: str
    programs: tuple[str, ...]
    version_arguments: tuple[str, ...]
    official: Download | PulumiInstaller | None
    build: tuple[GoProgram, ...]
    newer_minor: bool = False
    packages: tuple[str, ...] = ()

    @property
    def accepted(self) -> str:
        """The versions that do, in words."""
        major, minor, _ = self.version.split(".")
        return f"{self.version} or a later {major}.x" if self.newer_minor else f"{major}.{minor}.x"

    def fits(self, version: Version) -> bool:
        """Whether a copy of that version can be used in place of the pinned one.

        Same major and minor version, any patch; where `newer_minor` holds, same major and not older. A
        version with a suffix never fits: it is a pre-release or a wrapper that picks a version by itself.
        """
        pinned = Version.find(self.version)
        if pinned is None or version.suffix:
            return False
        if self.newer_minor:
            return version.numbers[0] == pinned.numbers[0] and version.numbers >= pinned.numbers
        return version.numbers[:2] == pinned.numbers[:2]


def _pulumi() -> Tool:
    variable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
    sdk = "github.com/pulumi/pulumi/sdk/v3"
    # The language host lies beside the command line, as in Pulumi's archive: found elsewhere, the engine
    # warns.
    scripts = {
        "pulumi-language-python-exec": "python/cmd/pulumi-language-python-exec",
        "pulumi-resource-pulumi-python": "python/dist/pulumi-resource-pulumi-python",
    }
    host = GoProgram(
        "pulumi-language-python",
        versions.PULUMI_LANGUAGE_PYTHON,
        module="pulumi-language-python",
        package=f"{sdk}/python/cmd/pulumi-language-python",
        variables={variable: f"v{versions.PULUMI_LANGUAGE_PYTHON}"},
        scripts_module=sdk,
        scripts=scripts,
    )
    engine = GoProgram(
        "pulumi",
        versions.PULUMI,
        module="pulumi",
        package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        variables={variable: f"v{versions.PULUMI}"},
    )
    return Tool(
        "pulumi",
        versions.PULUMI,
        programs=("pulumi", host.name, *scripts),
        version_arguments=("version",),
        official=PulumiInstaller(),
        build=(host, engine),
        newer_minor=True,
    )


def _etcd() -> Tool:
    version = versions.ETCD
    release = f"etcd-v{version}-linux-{{arch}}"
    return Tool(
        "etcd",
        version,
        programs=("etcd",),
        version_arguments=("--version",),
        official=Download.from_github("etcd-io/etcd", version, f"{release}.tar.gz", f"{release}/etcd"),
        build=(GoProgram("etcd", version, module="etcd", package="go.etcd.io/etcd/server/v3"),),
    )


def kubernetes(name: str, *version_arguments: str) -> Tool:
    """Return a program of Kubernetes' own release."""
    version = versions.KUBERNETES
    major, minor, _ = version.split(".")
    # The variables that Kubernetes' own hack/lib/version.sh sets; "archive" is its word for a tree without
    # git.
    fields = {"Version": f"v{version}", "Major": major, "Minor": minor, "TreeState": "archive", "Commit": ""}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    url = f"{versions.KUBERNETES_RELEASES}/v{version}/bin/linux/{{arch}}/{name}"
    return Tool(
        name,
        version,
        programs=(name,),
        version_arguments=version_arguments or ("--version",),
        official=Download(url, digest=f"{url}.sha256"),
        build=(
            GoProgram(
                name,
                version,
                module="kubernetes",
                package=f"k8s.io/kubernetes/cmd/{name}",
                variables={
                    f"{package}.git{key}": value for package in packages for key, value in fields.items()
                },
            ),
        ),
    )


def _kwok(name: str) -> Tool:
    version = versions.KWOK
    return Tool(
        name,
        version,
        programs=(name,),
        version_arguments=("--version",),
        official=Download.from_github("kubernetes-sigs/kwok", version, f"{name}-linux-{{arch}}"),
        build=(
            GoProgram(
                name,
                version,
                module="kwok",
                package=f"sigs.k8s.io/kwok/cmd/{name}",
                variables={"sigs.k8s.io/kwok/pkg/consts.Version": f"v{version}"},
            ),
        ),
    )


TOOLS: tuple[Tool, ...] = (
    _pulumi(),
    _etcd(),
    kubernetes("kube-apiserver"),
    kubernetes("kube-controller-manager"),
    kubernetes("kube-scheduler"),
    kubernetes("kubectl", "version", "--client"),
    _kwok("kwok"),
    _kwok("kwokctl"),
)
"""In the order in which they are obtained."""


def select(names: Collection[str] | None) -> tuple[Tool, ...]:
    """Return the tools that hold the named programs; where `names` is None, all that every cluster needs.

    Raises ToolError for a name that no tool has.
    """
    from simulator.tools import helm, live  # noqa: PLC0415 (their entries are made of what is above)

    if names is None:
        return TOOLS
    every = (*TOOLS, *live.TOOLS, *helm.TOOLS)
    known = {program for tool in every for program in tool.programs}
    unknown = sorted(set(names) - known)
    if unknown:
        message = f"unknown tool {', '.join(unknown)}: allowed are {', '.join(sorted(known))}"
        raise ToolError(message)
    return tuple(tool for tool in every if not set(tool.programs).isdisjoint(names))
