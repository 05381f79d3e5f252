"""Values that everyone knows, because they stand in published manifests: refused wherever a secret is given.

Digests rather than the values: a list of passwords in a repository alarms whoever scans it, and tells what a
stack once used.
"""

import hashlib
from collections.abc import Mapping

import pulumi

# Where they stand, and the SHA-256 of each.
_PUBLISHED: Mapping[str, tuple[str, ...]] = {
    "the Dex client of the community distribution": (
        "462a0aa7e3ad7e72bcc06fd22a504044f4a4c79033231b9dc8900ad84fbe29b9",
    ),
    "the Dex user of the community distribution": (
        "c154376989fcff516b441dcc647bfe75780c80caf4f0d10012f98f93db0aa510",
        "1718c24b10aeb8099e3fc44960ab6949ab76a267352459f203ea1036bec382c2",
    ),
    "the cookie of OAuth2 Proxy in the community distribution": (
        "80c8cb5e94a392a3d8fc7cf03d8a73bf68788e684466a02393405c717243c900",
        "3030555dd53a97c5289dbaf52054b38aa0ec5d7926acde565d491bcf08fd4e6e",
    ),
    "the object store of Pipelines": (
        "5791b6226743c56f44f8274cc67b8beb9751b6403e697243ad00fd37af5635e3",
        "179c076ac522159dbbd50d4f1d84faf05551fe5b59d7e5824a800d46559fb1d1",
        "ad9858116e63b0c5a4d7dc7f50f034c7247e56838dae22c1832712ffde48e694",
    ),
    "the databases of Katib and the model registry": (
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2",
        "a942b37ccfaf5a813b1432caa209a43b9d144e47ad0de1549c289c253e556cd5",
    ),
    "the model catalog": ("1fd8da5d4ff9103626d1a44e97c7b7e73df12b7eca9c816b8dcdd77a0273b631",),
    "the examples of Dex": (
        "4e441869e7e56f0499cdb414fb83909d61c0953e8d80b43d36d1449d7e25b13d",
        "d4ccb372e00f0cc3e664a6399119c7640d572108436a77215776c9ff3d1b5638",
    ),
    "every list of common passwords": (
        "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
        "8c6976e5b5410415bde908bd4dee15dfb167a9c873fc4bb8a81f6f2ab448a918",
        "057ba03d6c44104863dc7361fe4578965d1887360f90a0895882e58a6248fc86",
        "e2186dbdb1bb4193608605e84f33208765b5693b55edd4f730a719a100eeea6f",
        "22db977b4caf675058fcb2edf32fe45594bb1afbb8ac1b11f5ea8d7f3f9f4db3",
        "ef797c8118f02dfb649607dd5d3f8c7623048c9c063d532cc95c5ed7a898a64f",
    ),
}
_KNOWN = {digest: where for where, digests in _PUBLISHED.items() for digest in digests}


def is_public(value: str) -> bool:
    """Whether everyone knows this value."""
    return hashlib.sha256(value.encode()).hexdigest() in _KNOWN


def refuse_public(key: str, value: str) -> None:
    """Refuse a secret that everyone knows.

    Raises RunError, which names the key and where the value is published, and never shows it.
    """
    where = _KNOWN.get(hashlib.sha256(value.encode()).hexdigest())
    if where is not None:
        raise pulumi.RunError(
            f"{key}: this value is known to the public ({where}); allowed: one of your own, such as "
            "`openssl rand -base64 32` prints, or none where it can be generated"
        )
