"""What a live container sees of the machine, and how an image puts files of its own among it."""

import io
import posixpath
import tarfile
from pathlib import Path

from simulator.programs import content, machine
from simulator.programs.model import Image
from simulator.programs.store import Store


def _layer(tmp_path: Path, **paths: dict[str, str]) -> tarfile.TarFile:
    image = Image(image="example/tool:1", sources=(), entrypoint=(), **paths)  # pyright: ignore[reportArgumentType]
    return tarfile.open(fileobj=io.BytesIO(content.layer(image, Store(tmp_path))))


def _leads_to(layer: tarfile.TarFile, path: str) -> str:
    """Follow the links of a layer from a path to what is outside of it, or to a file of its own."""
    for end in range(1, len(path.split("/"))):
        parts = path.split("/")
        first = "/".join(parts[: end + 1])
        names = layer.getnames()
        if first[1:] in names and (entry := layer.getmember(first[1:])).issym():
            target = posixpath.join(posixpath.dirname(first), entry.linkname)
            return _leads_to(layer, posixpath.join(target, *parts[end + 1 :]))
    return path


def test_a_container_has_the_machines_programs(tmp_path: Path) -> None:
    layer = _layer(tmp_path)
    assert _leads_to(layer, "/bin/sh").startswith(f"{machine.ASIDE}/")
    assert _leads_to(layer, "/usr/bin/env") == f"{machine.ASIDE}/usr/bin/env"


def test_an_image_has_programs_of_its_own_beside_the_machines(tmp_path: Path) -> None:
    layer = _layer(tmp_path, links={"/usr/sbin/own": "/opt/own"}, files={"/bin/env": "#!/bin/sh\n"})
    assert _leads_to(layer, "/usr/sbin/own") == "/opt/own"
    assert _leads_to(layer, "/usr/share/doc") == f"{machine.ASIDE}/usr/share/doc"
    own = _leads_to(layer, "/bin/env")
    assert not own.startswith(machine.ASIDE)
    assert layer.getmember(own[1:]).isreg()


def test_no_path_stands_in_a_layer_twice_and_none_behind_a_link(tmp_path: Path) -> None:
    layer = _layer(tmp_path, links={"/usr/sbin/own": "/opt/own", "/bin/other": "/opt/other"})
    names = layer.getnames()
    assert len(names) == len(set(names))
    linked = {f"{entry.name}/" for entry in layer.getmembers() if entry.issym()}
    assert not [name for name in names if any(name.startswith(link) for link in linked)]


def test_whatever_is_linked_to_aside_is_mounted(tmp_path: Path) -> None:
    mounted = [path for path in machine.mounts(tmp_path) if path.startswith(machine.ASIDE)]
    links = [entry.linkname for entry in _layer(tmp_path).getmembers() if entry.issym()]
    aside = [link for link in links if link.startswith(machine.ASIDE)]
    assert sorted(aside) == sorted(mounted)
