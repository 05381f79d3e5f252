"""The kubeconfig of a cluster that is there, from a file."""

from pathlib import Path

from ...settings_base import SettingsError


def read_kubeconfig(name: str) -> str:
    """Return the text of a kubeconfig file. Raises SettingsError where it cannot be read."""
    file = Path(name).expanduser()
    here = Path.cwd()
    project = next((one for one in (here, *here.parents) if (one / "Pulumi.yaml").is_file()), here)
    try:
        return (project / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(
            f"slipway:cluster.kubeconfigFile: found '{name}', which cannot be read: {reason}"
        ) from None
