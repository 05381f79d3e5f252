"""Whether a certificate serves a host for those who trust an authority: a TLS handshake in memory."""

import ssl
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path


def accepted(secret: Mapping[str, str], authority: str, host: str, folder: Path) -> bool:
    """Whether a client that trusts `authority` takes the certificate of a TLS Secret for that host.

    `secret` is the Secret's `data`, `authority` PEM, and `folder` an empty one for files.
    """
    files = {key: folder / key for key in ("tls.crt", "tls.key")}
    for key, file in files.items():
        file.write_bytes(b64decode(secret[key]))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(files["tls.crt"], files["tls.key"])
    trusting = ssl.create_default_context(cadata=authority)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = serving.wrap_bio(to_server, to_client, server_side=True)
    client = trusting.wrap_bio(to_client, to_server, server_hostname=host)
    try:
        for _ in range(4):
            _step(client)
            _step(server)
    except ssl.SSLCertVerificationError:
        return False
    return client.version() is not None and bool(client.getpeercert())


def _step(side: ssl.SSLObject) -> None:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return
