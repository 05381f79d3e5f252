"""What databases of Cloud SQL and buckets of Cloud Storage can be (their documentation, November 2026)."""

import re
from collections.abc import Iterator

from ..cloud_traits import DataTraits
from ..data_settings import CloudDatabaseSettings

_CUSTOM = re.compile(r"db-custom-(\d+)-(\d+)")
_PLUS = "db-perf-optimized-N-"
_STEP = 256


def is_enterprise_plus(machine_type: str) -> bool:
    """Whether a machine type is of the edition Enterprise Plus; all others are of Enterprise."""
    return machine_type.startswith(_PLUS)


def _also(settings: CloudDatabaseSettings) -> Iterator[str]:
    yield from _custom_machine(settings)
    if settings.authority is not None:
        yield "authority: found certificates; Cloud SQL tells those of each server: leave it out"


def _custom_machine(settings: CloudDatabaseSettings) -> Iterator[str]:
    """A machine of one's own: 1 or an even number of processors, each with 0.9 to 6.5 GiB of memory."""
    found = _CUSTOM.fullmatch(settings.machine_type or "")
    if found is None:
        return
    processors, memory = int(found[1]), int(found[2])
    if processors != 1 and (processors % 2 or not 2 <= processors <= 96):
        yield (
            f"machineType: '{found[0]}' has {processors} vCPUs; allowed on Google Cloud: 1, or an even "
            "number up to 96"
        )
    elif memory % _STEP or memory < 3840 or not 0.9 <= memory / 1024 / processors <= 6.5:
        yield (
            f"machineType: '{found[0]}' has {memory} MiB; allowed on Google Cloud: a multiple of {_STEP}, at "
            "least 3840, and 0.9 to 6.5 GiB for each vCPU"
        )


GCP = DataTraits(
    title="Google Cloud",
    scheme="gs",
    machine_type="db-custom-2-8192",
    machine_types=re.compile(rf"{_CUSTOM.pattern}|{_PLUS}\d+"),
    machine_type_text="db-custom-<vCPUs>-<MiB>, or db-perf-optimized-N-<vCPUs> of Enterprise Plus",
    disk_size=100,
    disk_sizes=(10, 65536),
    maximum_disk_size=1000,
    backup_days=7,
    # What is written since the last daily copy is kept for a week, of Enterprise Plus for five.
    most_backup_days=lambda machine_type: 35 if is_enterprise_plus(machine_type) else 7,
    mysql_versions=("8.4", "8.0"),
    postgresql_versions=("17", "16"),
    bucket_name=re.compile(r"(?!goog)(?!.*google)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"),
    bucket_name_text="3 to 63 lower-case letters, digits and '-', a letter or digit first and last, without "
    "'goog' at the beginning and 'google' anywhere",
    also=_also,
)
