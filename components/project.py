"""The project's own folder, to which settings that name files refer."""

from pathlib import Path


def project_folder() -> Path:
    """The nearest folder above the working directory that holds a Pulumi.yaml."""
    here = Path.cwd()
    return next((one for one in (here, *here.parents) if (one / "Pulumi.yaml").is_file()), here)
