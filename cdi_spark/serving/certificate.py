"""The certificate of the SQL server, as Java reads it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cdi_spark.errors import ConfigError


class Keys(NamedTuple):
    """A PKCS12 store in memory, and the password made for it."""

    store: bytes
    password: str


def keys_of(certificate: Path, key: Path | None) -> Keys:
    """Read a certificate, with those that vouch for it, and its private key.

    Args:
        certificate: a PEM file, the server's own certificate first.
        key: a PEM file without passphrase; by default the key is in the certificate's file.
    Raises:
        ConfigError: a file is not readable or no PEM, the key is another one's, or the certificate is out of date.
    """
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        PublicFormat,
        load_pem_private_key,
        pkcs12,
    )
    from cryptography.x509 import load_pem_x509_certificates

    key = key or certificate
    try:
        own, *others = load_pem_x509_certificates(certificate.read_bytes())
    except (OSError, ValueError) as fault:
        raise ConfigError(f"{certificate}: no readable PEM certificate ({type(fault).__name__}).") from None
    try:
        private = load_pem_private_key(key.read_bytes(), None)
    except TypeError:
        raise ConfigError(f"{key}: the key has a passphrase. Give one without.") from None
    except (OSError, ValueError) as fault:
        raise ConfigError(f"{key}: no readable PEM private key ({type(fault).__name__}).") from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*form) != own.public_key().public_bytes(*form):
        raise ConfigError(f"{key}: is not the key of the first certificate in {certificate}.")
    if not own.not_valid_before_utc <= datetime.now(UTC) <= own.not_valid_after_utc:
        raise ConfigError(
            f"{certificate}: valid from {own.not_valid_before_utc:%Y-%m-%d} to {own.not_valid_after_utc:%Y-%m-%d} only."
        )
    password = secrets.token_urlsafe(24)
    store = pkcs12.serialize_key_and_certificates(
        b"serve",
        private,  # type: ignore[arg-type]  # kinds of keys that TLS has not are refused above or by Java
        own,
        others,
        BestAvailableEncryption(password.encode()),
    )
    return Keys(store, password)
