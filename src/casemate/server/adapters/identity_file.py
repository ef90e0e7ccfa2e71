"""The server's identity on disk: one Ed25519 key and a certificate that it signed itself, made at the first start."""

import datetime as dt
import ssl
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from casemate.crypto.keys import Ed25519Public, ServerPrivate
from casemate.crypto.primitives import ed25519_public
from casemate.node import Entropy
from casemate.runtime.errors import CannotStart, unusable
from casemate.runtime.secrets_file import write_secret

IDENTITY_NAME: Final = "identity.pem"
_NOT_BEFORE: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_NOT_AFTER: Final = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
"""Devices pin the key, so a wrong clock must not keep anybody out."""


class IdentityLost(CannotStart):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is missing or damaged: put it back from a backup, since people's devices accept no other identity."
        )


def load_or_make_identity(data_dir: Path, entropy: Entropy, *, is_new: bool) -> tuple[ServerPrivate, Ed25519Public]:
    """The key in `identity.pem`; a new server makes it there, readable by its owner only. Raises CannotStart."""
    path = data_dir / IDENTITY_NAME
    if is_new and not path.exists():
        try:
            write_secret(path, _new_identity(entropy))
        except OSError as error:
            raise unusable(path, error) from error
    return read_identity(data_dir)


def read_identity(data_dir: Path) -> tuple[ServerPrivate, Ed25519Public]:
    """The key that is there. Raises CannotStart."""
    path = data_dir / IDENTITY_NAME
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, OSError) as error:
        raise IdentityLost(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise IdentityLost(path)
    private = ServerPrivate(key.private_bytes_raw())
    return private, ed25519_public(private)


def tls_context(data_dir: Path) -> ssl.SSLContext:
    """TLS 1.3 with the identity's own certificate. Raises CannotStart."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(data_dir / IDENTITY_NAME)
    except (ssl.SSLError, OSError) as error:
        raise IdentityLost(data_dir / IDENTITY_NAME) from error
    return context


def _new_identity(entropy: Entropy) -> bytes:
    # Once in a server's life; every other start would pay 3 MiB and 40 ms for it.
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    key = Ed25519PrivateKey.from_private_bytes(entropy(32))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "casemate")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(_NOT_BEFORE)
        .not_valid_after(_NOT_AFTER)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("casemate")]), critical=False)
        .sign(key, None)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
