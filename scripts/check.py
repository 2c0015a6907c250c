"""What can be checked without running anything: lint, the order of the areas, types in science and the rules.

python scripts/check.py    # all of them, each with its own output; fails if one fails
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "mainstay"
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as main; main(['--no-logo'])"


def main() -> int:
    failed = [name for name, command in checks().items() if not passes(name, command)]
    print(f"check: {', '.join(failed)} failed." if failed else "check: all passed.")
    return 1 if failed else 0


def checks() -> dict[str, list[str]]:
    commands = {
        "ruff": [sys.executable, "-m", "ruff", "check", "."],
        "lint-imports": [sys.executable, "-c", LINT_IMPORTS],
    }
    strict = strictly_typed()
    if strict:
        commands["mypy"] = [sys.executable, "-m", "mypy", *strict]
    return commands


def strictly_typed() -> list[str]:
    """Science and each area's rules, a file or, once grown, a package."""
    found = {*PACKAGE.glob("science/**/*.py"), *PACKAGE.glob("*/rules.py"), *PACKAGE.glob("*/rules/**/*.py")}
    return [str(path.relative_to(ROOT)) for path in sorted(found)]


def passes(name: str, command: list[str]) -> bool:
    print(f"--- {name}", flush=True)
    return subprocess.call(command, cwd=ROOT) == 0


if __name__ == "__main__":
    sys.exit(main())
