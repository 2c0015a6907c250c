"""Write requirements/*.txt from pyproject.toml: each package pinned, with the hashes for every platform.

    python scripts/lock.py              # keeps what is pinned as long as pyproject.toml allows it
    python scripts/lock.py --upgrade    # the newest that pyproject.toml allows

Needs uv, because pip cannot resolve for other platforms than its own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# No addresses: where packages come from is the business of the computer that installs them.
OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--custom-compile-command=make lock",
    "--group=build",
    "--quiet",
]


def main() -> int:
    uv = find_uv()
    if uv is None:
        print(
            "Locking stopped: it needs uv, which is neither on the PATH nor in this environment. "
            "Install it (.venv/bin/python -m pip install uv, or your system's package) and run this again.",
            file=sys.stderr,
        )
        return 1
    for name, extra in (("base", []), ("dev", ["--extra=dev", "--constraint=requirements/base.txt"])):
        target = f"requirements/{name}.txt"
        command = [*uv, "pip", "compile", "pyproject.toml", *OPTIONS, *extra, *sys.argv[1:], "-o", target]
        if subprocess.call(command, cwd=ROOT) != 0:
            print(f"Locking stopped: {target} could not be made; the lines above say why.", file=sys.stderr)
            return 1
        print(f"{target} written.")
    return 0


def find_uv() -> list[str] | None:
    on_path = shutil.which("uv")
    if on_path:
        return [on_path]
    return [sys.executable, "-m", "uv"] if find_spec("uv") else None


if __name__ == "__main__":
    sys.exit(main())
