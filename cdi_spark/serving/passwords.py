"""Users and hashed passwords of the SQL server."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from pathlib import Path

from cdi_spark.errors import ConfigError

# OWASP's figure for this function. Login.java computes the same.
_ITERATIONS = 210_000
_KIND = "pbkdf2_sha512"
USER, PASSWORD = "CDI_SERVE_USER", "CDI_SERVE_PASSWORD"


def password_hash(password: str) -> str:
    """Return a salted hash of a password, from which it cannot be computed.

    Raises:
        ConfigError: the password is empty or has control characters.
    """
    if not password or re.search(r"[\x00-\x1f\x7f]", password):
        raise ConfigError("The password is empty or has control characters. Give another one.")
    salt = os.urandom(16)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return "$".join((_KIND, str(_ITERATIONS), *(base64.b64encode(part).decode() for part in (salt, key))))


def check_user(user: str) -> str:
    """Return a user's name.

    Raises:
        ConfigError: it is empty, or has a colon, a blank, or a control character.
    """
    if not re.fullmatch(r"[^\s:#\x00-\x1f\x7f][^\s:\x00-\x1f\x7f]*", user):
        raise ConfigError(
            "A user's name has no colon, blank or control character, and does not start with #."
        )
    return user


def users_of(file: Path | None) -> dict[str, str]:
    """Return the hash of each user's password, from a file or else from the environment; empty if neither is given.

    The password is taken out of the environment: programs started from here do not need it.

    Raises:
        ConfigError: the file is not readable, has no user, or a line is not `user:hash`.
    """
    if file is None:
        user, password = os.environ.get(USER, ""), os.environ.pop(PASSWORD, "")
        if bool(user) != bool(password):
            raise ConfigError(f"Set both {USER} and {PASSWORD}, or neither.")
        return {check_user(user): password_hash(password)} if user else {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{file}: cannot be read ({type(fault).__name__}).") from None
    users = dict[str, str]()
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        user, _, hashed = line.strip().partition(":")
        if user in users or not _is_hash(hashed):
            raise ConfigError(
                f"{file}, line {number}: not a new user and a hash. `cdi serve password USER` writes such a line."
            )
        users[check_user(user)] = hashed
    if not users:
        raise ConfigError(f"{file}: has no user. `cdi serve password USER` writes a line for it.")
    return users


def _is_hash(text: str) -> bool:
    parts = text.split("$")
    if len(parts) != 4 or parts[0] != _KIND or not re.fullmatch("[1-9][0-9]{3,7}", parts[1]):
        return False
    try:
        salt, key = (base64.b64decode(part, validate=True) for part in parts[2:])
    except binascii.Error:
        return False
    return len(salt) >= 16 and len(key) == 64
