"""mainstay backup, mainstay restore"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mainstay.cli.common import UNREACHABLE, emit, instance_options, last_seal, open_instance, progress
from mainstay.platform.errors import MainstayError, code

if TYPE_CHECKING:
    from mainstay.cycle.check import CheckResult
    from mainstay.platform.backup import Archive
    from mainstay.platform.keys import Keys

KEYS_NEEDED = code("backup.keys_needed", "The backup was made without keys, and none are at hand.")

PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file whose first line is the passphrase of the keys; without it it is asked for.",
)


@click.command()
@instance_options
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--with-keys", is_flag=True, help="The four keys too, locked with a passphrase.")
@PASSPHRASE_FILE
def backup(home: str | None, as_json: bool, output: Path | None, with_keys: bool, passphrase_file: Path | None) -> None:
    """Write all of the instance into one file, while it runs, and print the last seal."""
    open_instance(home)
    from mainstay.platform import ledger
    from mainstay.platform.backup import write
    from mainstay.platform.clock import now

    passphrase = _passphrase(passphrase_file, confirm=True) if with_keys or passphrase_file else None
    at = now()
    ledger.seal(at=at)
    with progress("backup", as_json) as show:
        done = write(path=output or _named(at), at=at, passphrase=passphrase, progress=show)
    if as_json:
        emit("backup", done, known_at=done.last_seal["no"] if done.last_seal else None)
        return
    click.echo(f"{done.file}: {done.rows} rows of {done.tables} tables, {done.files} files, {done.size_bytes} bytes.")
    if done.last_seal:
        click.echo(f"Last seal {done.last_seal['no']}:{done.last_seal['hash']} (write it down, apart from the file)")
    if not done.keys:
        click.echo("Without the keys: keep a copy of keys.toml somewhere else, or nobody can read a name in it.")


def _named(at: datetime) -> Path:
    return Path(f"mainstay-{at:%Y%m%dT%H%M%SZ}.zip")


def _passphrase(file: Path | None, confirm: bool) -> str:
    from mainstay.platform.backup.passphrase import PASSPHRASE

    if file is not None:
        try:
            return file.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
        except (OSError, UnicodeDecodeError) as error:
            raise MainstayError(PASSPHRASE, f"{file} cannot be read as the passphrase's file.") from error
    if not sys.stdin.isatty():
        raise MainstayError(
            PASSPHRASE, "A passphrase is needed: put it into a file and name that by --passphrase-file."
        )
    return click.prompt("Passphrase of the keys", hide_input=True, confirmation_prompt=confirm)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@instance_options
@click.option(
    "--database",
    metavar="URL",
    help="An empty PostgreSQL database (default: MAINSTAY_DATABASE_URL, else SQLite in the home).",
)
@PASSPHRASE_FILE
def restore(file: Path, home: str | None, as_json: bool, database: str | None, passphrase_file: Path | None) -> None:
    """Make an instance of a backup in an empty home and an empty database, and prove it."""
    if database:
        os.environ["MAINSTAY_DATABASE_URL"] = database
    open_instance(home, new=True)
    from mainstay.platform.backup import opened

    with opened(file) as archive, progress("restore", as_json) as show:
        keys, put = _keys(archive, passphrase_file)
        archive.prove(keys, show)
        rows = _restored(archive, keys if put else None, show)
        result = _proved(archive, show)
    _tell(archive, rows, result, as_json)
    sys.exit(0 if result.ok else 1)


def _keys(archive: Archive, passphrase_file: Path | None) -> tuple[Keys, bool]:
    """The keys at hand; else those in the backup, which are to be put into the home."""
    from mainstay.platform.backup.passphrase import unlock
    from mainstay.platform.environment import read_environment
    from mainstay.platform.keys import keys_of, load_keys

    environment = read_environment()
    if environment.keys or (environment.home / "keys.toml").exists():
        return load_keys(environment), False
    locked = archive.sealed_keys()
    if locked is None:
        raise MainstayError(
            KEYS_NEEDED,
            f"{archive.path} was made without keys; put the keys.toml of the instance it was made of into "
            f"{environment.home}, or name them in MAINSTAY_KEYS. Nothing was written.",
        )
    return keys_of(unlock(_passphrase(passphrase_file, confirm=False), locked), str(archive.path)), True


def _restored(archive: Archive, keys: Keys | None, show: Any) -> int:
    from django.db import OperationalError, ProgrammingError

    from mainstay.cycle.instance import NOT_OWNER
    from mainstay.people import searchable
    from mainstay.platform import grants
    from mainstay.platform.backup import restore as write_back
    from mainstay.platform.clock import now

    try:
        rows = write_back(archive, keys=keys, progress=show)
        # No backup holds by what people are found; whoever serves the instance makes it anew.
        searchable.ask(at=now())
        return rows
    except OperationalError as error:
        raise MainstayError(
            UNREACHABLE, f"The database does not answer: {grants.first_line(error)}", exit_code=3
        ) from error
    except ProgrammingError as error:
        if not grants.is_denied(error):
            raise
        raise MainstayError(
            NOT_OWNER,
            f"The database user may not make tables ({grants.first_line(error)}); restore as the database's owner.",
        ) from error


def _proved(archive: Archive, show: Any) -> CheckResult:
    """The same proof as ever, and that the ledger holds the seal that the backup was made at."""
    from mainstay.cycle import check

    return check.run(expect_seal=archive.last_seal, progress=show)


def _tell(archive: Archive, rows: int, result: CheckResult, as_json: bool) -> None:
    from django.db import connection

    from mainstay.platform.environment import read_environment

    home = str(read_environment().home)
    seal = archive.manifest["last_seal"]
    if as_json:
        data = {
            "home": home,
            "database": connection.vendor,
            "made_at": archive.manifest["made_at"],
            "rows": rows,
            "files": len(archive.files),
            "last_seal": seal,
            "check": {"ok": result.ok, "digest": result.digest, "findings": list(result.findings)},
        }
        emit("restore", data, known_at=last_seal())
        return
    click.echo(f"Instance in {home} on {connection.vendor}: {rows} rows, {len(archive.files)} files.")
    if seal:
        click.echo(f"It holds seal {seal['no']}:{seal['hash']}, at which the backup was made.")
    click.echo(f"check: {'green' if result.ok else 'RED'}  digest {result.digest}")
    for finding in result.findings:
        click.echo(f"{finding.code}: {finding.sentence}")
    if connection.vendor == "postgresql":
        click.echo("Name the same database in MAINSTAY_DATABASE_URL from now on.")
