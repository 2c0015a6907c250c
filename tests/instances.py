"""Instances of their own for tests that start the command line as a user does, on either database."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests import warm

# What one command may take, in seconds; in the long run one replays weeks with a check after every day.
PATIENCE = 3600 if os.environ.get("MAINSTAY_SOAK") else 300
ON_POSTGRESQL = os.environ.get("MAINSTAY_TEST_DATABASE") == "postgresql"


@dataclass(frozen=True)
class Answer:
    """What one command gave back."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)["data"]


@dataclass(frozen=True)
class Instance:
    """A home (and on PostgreSQL a database) that nobody else uses."""

    home: Path
    database: str

    @classmethod
    def new(cls, folder: Path) -> Instance:
        """An empty home; on PostgreSQL an empty database beside it."""
        database = f"mainstay_{uuid.uuid4().hex}"
        if ON_POSTGRESQL:
            _on_server(f'CREATE DATABASE "{database}"')
        return cls(folder / database, database)

    @classmethod
    def initialised(cls, folder: Path, profile: str | Path = "default") -> Instance:
        """An instance with a profile: `init` is run over a copy of tables that this process has made once.

        For tests of what comes after. Making the tables is most of what `init` costs; where a new instance is
        itself the story, take `new`.
        """
        instance = _tables().copy(folder)
        answer = instance.run("init", "--profile", profile)
        assert answer.code == 0, answer.err
        return instance

    def copy(self, folder: Path | None = None) -> Instance:
        """The same instance again, as it stands now, in a folder or beside the first."""
        database = f"mainstay_{uuid.uuid4().hex}"
        if ON_POSTGRESQL:
            _on_server(f'CREATE DATABASE "{database}" TEMPLATE "{self.database}"')
        home = (folder or self.home.parent) / database
        shutil.copytree(self.home, home)
        return Instance(home, database)

    def drop(self) -> None:
        """Home and database go; nothing of a test stays behind."""
        shutil.rmtree(self.home, ignore_errors=True)
        if ON_POSTGRESQL:
            _on_server(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')

    def environment(self, **more: str) -> dict[str, str]:
        plain = {k: v for k, v in os.environ.items() if not k.startswith("MAINSTAY_") and k != "DJANGO_SETTINGS_MODULE"}
        plain["MAINSTAY_HOME"] = str(self.home)
        if ON_POSTGRESQL:
            plain["MAINSTAY_DATABASE_URL"] = _url(self.database)
        return plain | more

    def run(self, *arguments: str | Path, **environment: str) -> Answer:
        """One command; `environment` may name a failpoint."""
        done = _run([*map(str, arguments)], self.environment(**environment))
        return Answer(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """One command in the background, to be killed."""
        return subprocess.Popen(
            [sys.executable, "-m", "mainstay", *map(str, arguments)],
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def _run(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    # A seed of hashes is taken when Python starts: who asks for one has a process that does.
    if warm.POSSIBLE and "PYTHONHASHSEED" not in environment:
        return warm.run(arguments, environment, PATIENCE)
    command = [sys.executable, "-m", "mainstay", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)


@cache
def _tables() -> Instance:
    """A home (on PostgreSQL a database) with the tables and nothing else, by the product's own migrations."""
    # The home of the tests themselves: conftest.py removes it at the end of the run.
    tables = Instance.new(Path(os.environ["MAINSTAY_HOME"]))
    tables.home.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
        env=tables.environment(DJANGO_SETTINGS_MODULE="mainstay.web.settings"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return tables


def drop_tables() -> None:
    """At the end of a run: what `initialised` was copied from goes too."""
    if _tables.cache_info().currsize:
        _tables().drop()


def _url(database: str) -> str:
    parts = urlsplit(os.environ["MAINSTAY_TEST_POSTGRES_URL"])
    return urlunsplit(parts._replace(path=f"/{database}"))


def _on_server(statement: str) -> None:
    with psycopg.connect(os.environ["MAINSTAY_TEST_POSTGRES_URL"], autocommit=True) as connection:
        connection.execute(statement)
