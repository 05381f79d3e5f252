"""What flexible servers and Blob Storage can be (Microsoft Learn, read in November 2026)."""

import re
from collections.abc import Iterator
from typing import Literal

from ..cloud_traits import DataTraits
from ..data_settings import CloudDatabaseSettings

Tier = Literal["Burstable", "GeneralPurpose", "MemoryOptimized"]

_TIERS: dict[str, Tier] = {"B": "Burstable", "D": "GeneralPurpose", "E": "MemoryOptimized"}
# What disks of Azure there are; a disk of PostgreSQL has one of these sizes.
_DISKS = tuple(2**power for power in range(5, 15))
_LEAST_BACKUP_DAYS = 7


def tier(machine_type: str) -> Tier:
    """The tier that a machine type belongs to: Standard_D2ads_v5 to GeneralPurpose."""
    return _TIERS[machine_type.removeprefix("Standard_")[0]]


def _also(database: CloudDatabaseSettings) -> Iterator[str]:
    machine = database.machine_type or ""
    if database.highly_available and machine.startswith("Standard_B"):
        yield (
            f"highlyAvailable: found true with machineType '{machine}', which has no second server; "
            "allowed: false, or a machine type Standard_D... or Standard_E..."
        )
    if (size := database.disk_size) is not None and size not in _DISKS:
        yield f"diskSize: found {size}; allowed on Azure: {', '.join(map(str, _DISKS))}"
    if (days := database.backup_days) is not None and days < _LEAST_BACKUP_DAYS:
        yield f"backupDays: found {days}; allowed on Azure: {_LEAST_BACKUP_DAYS} to 35"
    if not database.last_copy:
        yield (
            "lastCopy: found false; Azure keeps the copies of a server that is deleted for five "
            "days in any case: leave it out"
        )


AZURE = DataTraits(
    title="Azure",
    scheme="minio",
    machine_type="Standard_D2ads_v5",
    machine_types=re.compile(r"Standard_[BDE]\d+[a-z]*(_v\d)?"),
    machine_type_text="Standard_D2ads_v5, Standard_E4ads_v5, Standard_B2ms",
    disk_size=128,
    disk_sizes=(_DISKS[0], _DISKS[-1]),
    maximum_disk_size=None,
    backup_days=14,
    most_backup_days=lambda _: 35,
    mysql_versions=("8.0", "8.4"),
    postgresql_versions=("17", "16"),
    bucket_name=re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"),
    bucket_name_text="3 to 63 lower-case letters, digits and single '-', a letter or digit first and last",
    most_old_versions_days=365,
    gateway=True,
    also=_also,
)
