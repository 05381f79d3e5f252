"""Keys and certificates of the node's programs, signed by the cluster's own authority."""

from __future__ import annotations

import datetime
import ipaddress
import warnings
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulator.node.layout import ADDRESS, NAME, NodeLayout

_DAYS = 365
# The clocks of authority and verifier are one, but certificates count in whole seconds.
_SLACK = datetime.timedelta(minutes=1)


def issue(layout: NodeLayout, authority: Path) -> None:
    """Write `<program>.crt` and `.key` of kubelet and kube-proxy.

    The kubelet's is what the API server's node authorizer expects (user `system:node:<name>` in the group
    `system:nodes`), and serves under the node's address too. `authority` holds `ca.crt` and `ca.key`.
    """
    layout.pki.mkdir(parents=True, exist_ok=True, mode=0o700)
    with warnings.catch_warnings():
        # kwokctl gives its authority the serial number 0, which cryptography before 50 only minds.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        certificate = x509.load_pem_x509_certificate((authority / "ca.crt").read_bytes())
    key = serialization.load_pem_private_key((authority / "ca.key").read_bytes(), None)
    if not isinstance(key, CertificateIssuerPrivateKeyTypes):
        message = f"the cluster's authority has a key of an unexpected kind: {type(key).__name__}"
        raise TypeError(message)
    for program, *names in (
        ("kubelet", f"system:node:{NAME}", "system:nodes"),
        ("kube-proxy", "system:kube-proxy"),
    ):
        _write(layout.pki / program, certificate, key, names)


def _write(
    file: Path,
    authority: x509.Certificate,
    authority_key: CertificateIssuerPrivateKeyTypes,
    subject: Sequence[str],
) -> None:
    """Make a key and its certificate; `subject` is a user and the groups that it is in."""
    key = ec.generate_private_key(ec.SECP256R1())
    user, *groups = subject
    names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    names.append(x509.NameAttribute(NameOID.COMMON_NAME, user))
    now = datetime.datetime.now(datetime.UTC)
    own = [x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address(ADDRESS))]
    uses = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(names))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName(own), critical=False)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _keep(file.with_suffix(".crt"), certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _keep(file.with_suffix(".key"), private)


def _keep(file: Path, content: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(content)
