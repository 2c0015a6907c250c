"""A stage for benchmarks: a fresh instance on each database, in a process of its own, with its figures."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

KEYS = ",".join(
    f"{name}={digit * 64}" for name, digit in (("seal", "1"), ("blind", "2"), ("cipher", "3"), ("record", "4"))
)
DATABASES = ("sqlite", "postgresql")


def machine() -> str:
    """What the figures were measured on."""
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f", {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{memory}, Python {platform.python_version()}"
    )


def peak_memory_mb() -> float:
    """The largest resident size of this process so far."""
    try:
        import resource
    except ImportError:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def median(values: list[float]) -> float:
    return statistics.median(values)


def on_each_database(module: str, options: dict[str, Any], databases: tuple[str, ...] = DATABASES) -> dict[str, Any]:
    """{database: figures}: each in a fresh process on a fresh, durable database.

    MAINSTAY_BENCH_DATABASE names one alone.
    """
    from scripts.postgres import server

    found = {}
    only = os.environ.get("MAINSTAY_BENCH_DATABASE")
    for database in (only,) if only in databases else databases:
        with tempfile.TemporaryDirectory(prefix="mainstay-bench-") as folder:
            environment = {**os.environ, "MAINSTAY_HOME": folder, "MAINSTAY_KEYS": KEYS}
            environment.pop("MAINSTAY_DATABASE_URL", None)
            if database == "postgresql":
                with server(durable=True) as url:
                    found[database] = _child(module, options, environment | {"MAINSTAY_DATABASE_URL": url})
            else:
                found[database] = _child(module, options, environment)
        # What takes an hour tells what it has, should the other database be cut short.
        print(f"{database}: {json.dumps(found[database])}", file=sys.stderr, flush=True)
    return found


def _child(module: str, options: dict[str, Any], environment: dict[str, str]) -> Any:
    command = [sys.executable, "-c", f"from bench.stage import act; act({module!r}, {json.dumps(options)!r})"]
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def act(module: str, options: str) -> None:
    """In the child: set the instance up, run `module.measure(**options)`, print its figures as JSON."""
    from importlib import import_module

    os.environ["DJANGO_SETTINGS_MODULE"] = "mainstay.web.settings"
    import django

    django.setup()
    figures = import_module(module).measure(**json.loads(options))
    print(json.dumps({**figures, "peak_memory_mb": round(peak_memory_mb())}))


def new_instance(profile: str) -> Any:
    """The instance of the environment, made from a shipped profile; the actor to write as."""
    from mainstay.cycle.instance import initialise, read_profile
    from mainstay.platform import ledger
    from mainstay.platform.clock import now

    initialise(profile=read_profile(profile), at=now())
    return ledger.actor("benchmark")


def show(title: str, command: str, rows: dict[str, dict[str, Any]]) -> None:
    """The figures of both databases side by side."""
    print(f"\n{title}\n  {machine()}\n  {command}")
    names = list(dict.fromkeys(name for figures in rows.values() for name in figures))
    width = max(len(name) for name in names)
    print("  " + " " * width + "".join(f"{database:>14}" for database in rows))
    for name in names:
        print("  " + name.ljust(width) + "".join(f"{_figure(figures.get(name)):>14}" for figures in rows.values()))


def _figure(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
