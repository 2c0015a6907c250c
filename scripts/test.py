"""Run the suite on SQLite, then on PostgreSQL; fail if either fails; close with a line of counts for each.

    python scripts/test.py                             # both, one worker a core
    python scripts/test.py tests/duties -k overdue     # whatever pytest takes
    python scripts/test.py --database postgresql       # one of them
    python scripts/test.py --soak                      # the long runs too (MAINSTAY_SOAK=1)

The tests learn of their database through MAINSTAY_TEST_DATABASE (sqlite or postgresql) and, for the latter,
MAINSTAY_TEST_POSTGRES_URL; without that variable a private server is started. Real data to measure against is
read from MAINSTAY_TESTDATA or ../shared/data; where it is absent those tests are skipped, but with CI=true
the run fails. What touches no database, pages in a browser and the longest stories are run on the first database only;
the long run repeats the stories.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from postgres import URL_VARIABLE, PostgresUnavailable, server

ROOT = Path(__file__).resolve().parent.parent
DATABASES = ("sqlite", "postgresql")
# Tells the tests that all has been run on the first of two: what touches no database is left out (tests/running.py).
SECOND = "MAINSTAY_TEST_SECOND"
ENDING_SECONDS = 20
# "=== 3 failed, 120 passed, 2 skipped in 4.32s (0:00:04) ===", coloured or not.
CLOSING_LINE = re.compile(rb"=* ?((?:no tests ran|\d+ [a-z]+)(?:, \d+ [a-z]+)*) in \d+\.\d+s")
COLOUR = re.compile(rb"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Outcome:
    """How the suite went on one database."""

    database: str
    passed: bool
    summary: str


def main() -> int:
    arguments, for_pytest = _arguments()
    if os.environ.get("CI") == "true" and not _test_data().is_dir():
        print(f"The data to measure against is missing: no folder {_test_data()}; set MAINSTAY_TESTDATA.")
        return 1
    databases = [arguments.database] if arguments.database else DATABASES
    outcomes: list[Outcome] = []
    whole = not any(argument.startswith("tests") for argument in for_pytest)
    for database in databases:
        told = {SECOND: "1"} if outcomes and whole else {}
        outcomes.append(_run_on(database, for_pytest, told | ({"MAINSTAY_SOAK": "1"} if arguments.soak else {})))
    print()
    for outcome in outcomes:
        print(f"{outcome.database}: {outcome.summary}")
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def _arguments() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        description="Run the suite on SQLite and on PostgreSQL.",
        epilog="Everything else goes to pytest.",
        allow_abbrev=False,
    )
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    parser.add_argument("--soak", action="store_true", help="the long runs too")
    return parser.parse_known_args()


def _test_data() -> Path:
    return Path(os.environ.get("MAINSTAY_TESTDATA") or ROOT.parent / "shared" / "data")


def _run_on(database: str, for_pytest: list[str], told: dict[str, str]) -> Outcome:
    print(f"\n--- the suite on {database}", flush=True)
    environment = os.environ | {"MAINSTAY_TEST_DATABASE": database} | told
    # Hundreds of commands are begun: none of them should compile again what the first has compiled.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with ExitStack() as stack:
        if database == "postgresql":
            try:
                environment[URL_VARIABLE] = stack.enter_context(server())
            except PostgresUnavailable as problem:
                return Outcome(database, False, f"not run: {problem}")
        return _pytest(database, [*_workers(for_pytest), *for_pytest], environment)


def _workers(for_pytest: list[str]) -> list[str]:
    """One worker a core, unless told otherwise or debugging."""
    if any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in for_pytest):
        return []
    # The cores we may use, which in a container can be fewer than there are.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # A file on one worker: what a module prepares once (an instance, a replay) is not prepared again.
    # Files in their order: by the number of their tests, as is the default, the longest would begin last.
    return ["-n", str(cores), "--dist", "loadfile", "--no-loadscope-reorder"] if cores > 1 else []


def _pytest(database: str, arguments: list[str], environment: dict[str, str]) -> Outcome:
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    command = [_python(), "-m", "pytest", *colour, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    try:
        closing = _pass_on(process)
        code = process.wait()
    except KeyboardInterrupt:
        # Ctrl-C has reached pytest too, which says what it found before it ends.
        _pass_on(process)
        raise
    finally:
        _end(process)
    return Outcome(database, code == 0, _summary(closing, code))


def _python() -> str:
    """The project's own Python, so that `python3 scripts/test.py` does the same as the environment's."""
    own = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return str(own) if own.exists() else sys.executable


def _pass_on(process: subprocess.Popen[bytes]) -> str:
    """Print pytest's output as it comes; return the counts of its closing line, or nothing."""
    unfinished, closing = b"", ""
    while chunk := process.stdout.read1(65536):
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        *lines, unfinished = (unfinished + chunk).split(b"\n")
        for line in lines:
            found = CLOSING_LINE.match(COLOUR.sub(b"", line))
            closing = found[1].decode() if found else closing
    return closing


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing of ours outlives us; a process that has ended already does not mind."""
    process.terminate()
    try:
        process.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _summary(closing: str, code: int) -> str:
    if not closing:
        return f"pytest ended with code {code} and counted nothing"
    counts = {name.rstrip("s"): int(number) for number, name in re.findall(r"(\d+) ([a-z]+)", closing)}
    passed = counts.get("passed", 0) + counts.get("xpassed", 0)
    failed = counts.get("failed", 0) + counts.get("error", 0)
    skipped = counts.get("skipped", 0) + counts.get("xfailed", 0)
    summary = f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")
    # Without tests, or interrupted: nothing failed, and yet it is no success.
    return summary if failed or code == 0 else f"{summary}; pytest ended with code {code}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
