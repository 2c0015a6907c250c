"""Keys locked with a passphrase, so that they may lie beside what they open."""

from __future__ import annotations

import os

from mainstay.platform.errors import MainstayError, code

PASSPHRASE = code(
    "backup.passphrase", "The passphrase is too short, missing, or not the one the keys were locked with."
)

SHORTEST = 12
_SALT, _NONCE = 16, 12
_BOUND = b"mainstay keys"


def lock(passphrase: str, text: str) -> bytes:
    """Scrypt makes a key of the passphrase (32 MB, some tenths of a second a guess), AES-GCM locks the text."""
    if len(passphrase) < SHORTEST:
        raise MainstayError(PASSPHRASE, f"Take a passphrase of at least {SHORTEST} letters: it guards every name here.")
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    return salt + nonce + _cipher(passphrase, salt).encrypt(nonce, text.encode(), _BOUND)


def unlock(passphrase: str, locked: bytes) -> str:
    """The text back; raises `backup.passphrase`."""
    from cryptography.exceptions import InvalidTag

    salt, nonce, sealed = locked[:_SALT], locked[_SALT : _SALT + _NONCE], locked[_SALT + _NONCE :]
    try:
        return _cipher(passphrase, salt).decrypt(nonce, sealed, _BOUND).decode()
    except (InvalidTag, ValueError) as error:
        raise MainstayError(PASSPHRASE, "This is not the passphrase the keys were locked with; try again.") from error


def _cipher(passphrase: str, salt: bytes):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode()))
