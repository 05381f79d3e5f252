"""What databases of Amazon RDS and buckets of Amazon S3 can be (their user guides, read in November 2026)."""

import re

from ..cloud_traits import DataTraits

AWS = DataTraits(
    title="AWS",
    scheme="s3",
    machine_type="db.m6g.large",
    machine_types=re.compile(r"db\.[a-z0-9-]+\.[a-z0-9]+"),
    machine_type_text="an instance class: db.m6g.large, db.r7g.xlarge",
    disk_size=100,
    disk_sizes=(20, 65536),
    maximum_disk_size=1000,
    # RDS enlarges a disk by a tenth at least.
    growth=1.1,
    backup_days=14,
    most_backup_days=lambda _: 35,
    mysql_versions=("8.4",),
    postgresql_versions=("17", "16"),
    bucket_name=re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"),
    bucket_name_text="3 to 63 lower-case letters, digits and '-', a letter or digit first and last",
)
