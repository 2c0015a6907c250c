"""Keys for seals and identifiers: a file of mode 0600 in the home, or the environment."""

from __future__ import annotations

import hmac
import os
import secrets
import tomllib
import unicodedata
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

from mainstay.platform.environment import Environment, read_environment
from mainstay.platform.errors import MainstayError, code

KEYS_MISSING = code("keys.missing", "The instance has no keys.")
KEYS_BAD = code("keys.bad", "The keys cannot be read or are readable by others.")

KEY_VERSION = 1


@dataclass(frozen=True)
class Keys:
    """Four independent keys of 32 bytes each."""

    seal: bytes  # signs the seals of the ledger
    blind: bytes  # blind index of identifiers, for exact look-up
    cipher: bytes  # encrypts identifiers at rest
    record: bytes  # ids of records that feeds send again


def create_keys(home: Path) -> None:
    """Write fresh keys to keys.toml in the home, mode 0600; keep those that are there."""
    path = home / "keys.toml"
    if path.exists():
        return
    put_keys(home, keys_text(Keys(**{f.name: secrets.token_bytes(32) for f in fields(Keys)})))


def keys_text(keys: Keys) -> str:
    """The keys as keys.toml has them."""
    text = "# Without these nothing in this instance can be looked up, decrypted or proved. Back them up apart.\n"
    return text + "".join(f'{f.name} = "{getattr(keys, f.name).hex()}"\n' for f in fields(Keys))


def put_keys(home: Path, text: str) -> None:
    """Write keys.toml, for nobody but the instance's own user; raises FileExistsError where there is one."""
    descriptor = os.open(home / "keys.toml", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    # Another instance may have stood in this folder a moment ago, as when a demonstration is made anew.
    _load.cache_clear()


def keys_of(text: str, where: str) -> Keys:
    """The keys from the text of a keys.toml; raises `keys.bad`."""
    try:
        return _keys(tomllib.loads(text), where)
    except tomllib.TOMLDecodeError as error:
        raise MainstayError(KEYS_BAD, f"{where} cannot be read as TOML: {error}.") from error


def load_keys(environment: Environment | None = None) -> Keys:
    """The keys of this instance; raises `keys.missing` or `keys.bad` with the remedy."""
    environment = environment or read_environment()
    return _load(environment.keys, environment.home / "keys.toml")


def signing_key(environment: Environment) -> str:
    """What sessions and forms are signed with, drawn from the keys; before there are any one of the moment."""
    try:
        keys = load_keys(environment)
    except MainstayError as error:
        if error.code != KEYS_MISSING:
            raise
        return secrets.token_hex(32)
    return Digester(keys.cipher)("sessions and forms")


@lru_cache(maxsize=8)
def _load(given: str | None, path: Path) -> Keys:
    if given:
        pairs = dict(part.split("=", 1) for part in given.split(",") if "=" in part)
        return _keys(pairs, "MAINSTAY_KEYS")
    if not path.exists():
        raise MainstayError(
            KEYS_MISSING, f"There is no {path.name} in {path.parent}; run `mainstay init --home {path.parent}`."
        )
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise MainstayError(KEYS_BAD, f"{path} can be read by others; run `chmod 600 {path}`.")
    return _keys(tomllib.loads(path.read_text()), str(path))


def _keys(pairs: dict[str, str], where: str) -> Keys:
    try:
        keys = {f.name: bytes.fromhex(pairs[f.name]) for f in fields(Keys)}
    except (KeyError, ValueError, TypeError) as error:
        raise MainstayError(
            KEYS_BAD, f"{where} must hold seal, blind, cipher and record as 64 hex digits each: {error}."
        ) from error
    if any(len(key) != 32 for key in keys.values()):
        raise MainstayError(KEYS_BAD, f"{where}: every key must be 64 hex digits long.")
    return Keys(**keys)


def normal(value: str) -> str:
    """One written form per identifier: NFKC, without spaces, upper case."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


class Digester:
    """HMAC-SHA256 with the key worked in once: for digests by the thousand."""

    __slots__ = ("_keyed",)

    def __init__(self, key: bytes) -> None:
        self._keyed = hmac.new(key, digestmod="sha256")

    def __call__(self, text: str) -> str:
        """The text's digest as 64 hex digits."""
        one = self._keyed.copy()
        one.update(text.encode())
        return one.hexdigest()


_digester = lru_cache(maxsize=8)(Digester)


def blind_index(keys: Keys, scheme: str, value: str) -> str:
    """What an identifier is looked up by: 32 hex digits that say nothing without the key."""
    return _digester(keys.blind)(f"{scheme}\x1f{normal(value)}")[:32]


def encrypt(keys: Keys, value: str, place: str) -> bytes:
    """AES-GCM with the place (table, column, row) bound in, so that a cell cannot be moved."""
    return encrypt_bytes(keys, value.encode(), place)


def decrypt(keys: Keys, sealed: bytes, place: str) -> str:
    """The value back; raises `keys.bad` where the key or the place is not the one it was sealed for."""
    return decrypt_bytes(keys, sealed, place).decode()


def encrypt_bytes(keys: Keys, value: bytes, place: str) -> bytes:
    """`encrypt` for what is no text, as a whole file."""
    nonce = os.urandom(12)
    return bytes([KEY_VERSION]) + nonce + _cipher(keys.cipher).encrypt(nonce, value, place.encode())


def decrypt_bytes(keys: Keys, sealed: bytes, place: str) -> bytes:
    """`decrypt` for what is no text; raises the same."""
    from cryptography.exceptions import InvalidTag

    sealed = bytes(sealed)
    try:
        return _cipher(keys.cipher).decrypt(sealed[1:13], sealed[13:], place.encode())
    except InvalidTag as error:
        raise MainstayError(KEYS_BAD, f"An identifier at {place} cannot be decrypted with these keys.") from error


@lru_cache(maxsize=8)
def _cipher(key: bytes):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)
