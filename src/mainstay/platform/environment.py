"""The one typed environment: every setting, read once, failing with every fault named."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mainstay.platform.errors import MainstayError, code

BAD_SETTING = code("setting.bad", "A setting in the environment cannot be used.")
HOME_UNUSABLE = code("home.unusable", "The instance's folder cannot be made or written.")

# name -> what it is for; docs/guide/settings.md is held against this table by a test.
SETTINGS: dict[str, str] = {
    "MAINSTAY_HOME": "The instance's folder (default: ./mainstay-home).",
    "MAINSTAY_DATABASE_URL": "postgresql://user:password@host:port/name; without it SQLite in the home.",
    "MAINSTAY_KEYS": "The four keys as name=hex pairs, comma-separated, instead of keys.toml in the home.",
    "MAINSTAY_WORKERS": "How many processes judge a long list of people (default: one a core, up to 8).",
    "MAINSTAY_HOSTS": "Names, comma-separated, under which the pages may be asked for (default: this machine).",
    "MAINSTAY_NIGHTLY": "When the night's work begins, HH:MM in the city's time, or off (default: 00:30).",
    "MAINSTAY_BACKUPS": "The folder of nightly backups (default: backups in the home).",
    "MAINSTAY_BACKUP_DAYS": "For how many days nightly backups are kept (default: 14; 0 makes none).",
    "MAINSTAY_FAILPOINT": "Tests only: stop the process at a named point of the cycle.",
}

NIGHTLY = time(0, 30)
BACKUP_DAYS = 14
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]")


@dataclass(frozen=True)
class Environment:
    """What this process was told from outside."""

    home: Path
    database_url: str | None
    keys: str | None
    failpoint: str | None
    workers: int | None = None
    hosts: tuple[str, ...] = ()
    nightly: time | None = NIGHTLY
    backup_folder: Path | None = None
    backup_days: int = BACKUP_DAYS

    @property
    def backups(self) -> Path:
        return self.backup_folder or self.home / "backups"

    @property
    def sqlite_file(self) -> Path:
        return self.home / "mainstay.sqlite3"


def read_environment() -> Environment:
    """Read the settings; raise `setting.bad` naming the one that cannot be used."""
    url = os.environ.get("MAINSTAY_DATABASE_URL") or None
    if url and urlsplit(url).scheme not in ("postgresql", "postgres"):
        raise MainstayError(
            BAD_SETTING,
            f"MAINSTAY_DATABASE_URL begins with '{urlsplit(url).scheme}:'; write postgresql://user@host/name, "
            "or leave it out to use SQLite.",
            {"setting": "MAINSTAY_DATABASE_URL"},
        )
    backups = os.environ.get("MAINSTAY_BACKUPS") or None
    return Environment(
        home=Path(os.environ.get("MAINSTAY_HOME") or "mainstay-home").absolute(),
        database_url=url,
        keys=os.environ.get("MAINSTAY_KEYS") or None,
        failpoint=os.environ.get("MAINSTAY_FAILPOINT") or None,
        workers=_whole("MAINSTAY_WORKERS", 1, 64),
        hosts=_hosts(os.environ.get("MAINSTAY_HOSTS") or ""),
        nightly=_nightly(os.environ.get("MAINSTAY_NIGHTLY") or ""),
        backup_folder=Path(backups).absolute() if backups else None,
        backup_days=BACKUP_DAYS if (days := _whole("MAINSTAY_BACKUP_DAYS", 0, 3650)) is None else days,
    )


def _whole(name: str, least: int, most: int) -> int | None:
    given = os.environ.get(name) or None
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 10 and least <= int(given) <= most):
        raise MainstayError(
            BAD_SETTING,
            f"{name} is '{given}'; write a whole number from {least} to {most}, or leave it out.",
            {"setting": name},
        )
    return int(given)


def _nightly(given: str) -> time | None:
    """The hour by the city's clock; None where nothing is done by the clock."""
    if not given:
        return NIGHTLY
    if given == "off":
        return None
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", given):
        raise MainstayError(
            BAD_SETTING,
            f"MAINSTAY_NIGHTLY is '{given}'; write an hour like 00:30, or off.",
            {"setting": "MAINSTAY_NIGHTLY"},
        )
    return time.fromisoformat(given)


def _hosts(given: str) -> tuple[str, ...]:
    """Names as browsers send them; a star would let a foreign page pass for ours."""
    hosts = tuple(host.strip() for host in given.split(",") if host.strip())
    for host in hosts:
        if not HOST.fullmatch(host):
            raise MainstayError(
                BAD_SETTING,
                f"MAINSTAY_HOSTS names '{host}'; write names or addresses without scheme and port, like 192.168.0.7.",
                {"setting": "MAINSTAY_HOSTS"},
            )
    return hosts


# A request keeps its connection for the next: to begin one costs as much as a small page, and on SQLite it reads the
# whole schema. One that has died meanwhile is noticed before it is used.
_KEPT_CONNECTIONS: dict[str, object] = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


def database_settings(environment: Environment) -> dict[str, object]:
    """Django's DATABASES entry for this environment."""
    if environment.database_url:
        return _postgresql(environment.database_url)
    return _KEPT_CONNECTIONS | {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(environment.sqlite_file),
        "OPTIONS": {
            # One writer at a time, asked for at the start: DEFERRED gave "database is locked" under load.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            # wal_autocheckpoint: an intake changes the same thousands of pages of the indexes in each transaction; they
            # are brought from the log to the file once in 8,000 pages (32 MB), not with every one of its commits.
            # recursive_triggers: else INSERT OR REPLACE removes a fact without firing the delete trigger.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA recursive_triggers=ON; PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536; "
            "PRAGMA wal_autocheckpoint=8000",
        },
    }


def _postgresql(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    return _KEPT_CONNECTIONS | {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "mainstay",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {"options": "-c lock_timeout=30000"},
    }
