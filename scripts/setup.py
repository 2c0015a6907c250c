"""Make the project's own environment in `.venv`: the pinned packages, then Mainstay itself, editable.

    python3 scripts/setup.py           # all that running, testing and checking need
    python3 scripts/setup.py --base    # only what running needs

Uses `uv` where it is on the PATH, else venv and pip. Does nothing when the environment is current. Only the
standard library, and no syntax newer than Python 3.6, so that an old Python can say that it is too old.
"""

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".mainstay-setup"
OLDEST = (3, 11)
NEWER_PYTHONS = ("3.14", "3.13", "3.12", "3.11")
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


class CannotSetUp(Exception):
    """What stands in the way, and what to do about it, in a sentence or two."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Make Mainstay's environment in .venv.")
    parser.add_argument("--base", action="store_true", help="only what running needs, nothing for tests")
    arguments = parser.parse_args()
    try:
        if sys.version_info < OLDEST:
            return run_under_a_newer_python()
        code = set_up(ROOT / "requirements" / ("base.txt" if arguments.base else "dev.txt"))
        if not arguments.base:
            bring_browser()
        return code
    except CannotSetUp as problem:
        print("Set-up stopped: {}".format(problem), file=sys.stderr)
        return 1


def set_up(requirements: Path) -> int:
    """Bring `.venv` to what the requirements and pyproject.toml say."""
    wanted = fingerprint(requirements)
    if venv_works() and STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
        print("Set-up: .venv is current.")
        return 0
    if STAMP.is_file():
        STAMP.unlink()
    print("Set-up: installing {} into .venv (up to a minute) ...".format(requirements.name), flush=True)
    if not venv_works():
        make_venv()
    if not (install_with_uv(requirements) or install_with_pip(requirements)):
        raise CannotSetUp(
            "the packages could not be installed; the lines above say why. Without a network, fetch them "
            "on another computer of this kind (pip download -r requirements/{} -d wheels), bring that "
            "folder here, set PIP_NO_INDEX=1 and PIP_FIND_LINKS to it and run this again.".format(requirements.name)
        )
    STAMP.write_text(wanted, encoding="utf-8")
    print("Set-up: done.")
    return 0


def bring_browser() -> None:
    """The browser of the tests. Where none can be had it says so and why; the set-up is done all the same."""
    subprocess.call([str(VENV_PYTHON), str(ROOT / "scripts" / "browser.py")], cwd=str(ROOT))


def fingerprint(requirements: Path) -> str:
    """Changes whenever `.venv` must be brought up to date; the folder counts, since .venv holds its path."""
    digest = hashlib.sha256(str(ROOT).encode())
    for file in (requirements, ROOT / "pyproject.toml", Path(__file__).resolve()):
        if not file.is_file():
            raise CannotSetUp("{} is missing; take a complete copy of the project.".format(file.relative_to(ROOT)))
        digest.update(file.read_bytes())
    return digest.hexdigest()


# --- which Python -------------------------------------------------------------------------------------------


def run_under_a_newer_python() -> int:
    for version in NEWER_PYTHONS:
        for command in (["python" + version], ["py", "-" + version]):
            if is_new_enough(command):
                return subprocess.call(command + [str(Path(__file__).resolve())] + sys.argv[1:])
    raise CannotSetUp(
        "Mainstay needs Python {}.{} or newer; this is {}.{} and no newer one is on the PATH. "
        "Install one, then run `make PYTHON=/path/to/python setup`.".format(*(OLDEST + tuple(sys.version_info[:2])))
    )


def is_new_enough(command: list) -> bool:
    """Ask it: a launcher of that name may stand on the PATH without the Python it promises."""
    if shutil.which(command[0]) is None:
        return False
    question = "import sys; sys.exit(sys.version_info < {!r})".format(OLDEST)
    return subprocess.call(command + ["-c", question], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def venv_works() -> bool:
    """False too when the Python it was made from has gone, or when it was made by too old a one."""
    return VENV_PYTHON.exists() and is_new_enough([str(VENV_PYTHON)])


def make_venv() -> None:
    if VENV.exists():
        remove_venv()
    # The Python beneath: an environment made from inside another one would break with it.
    python = getattr(sys, "_base_executable", None) or sys.executable
    if uv() and succeeds([uv(), "venv", "--quiet", "--python", python, str(VENV)]):
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise CannotSetUp(
            "this Python ({}) lacks the modules venv or ensurepip. On Debian or Ubuntu install "
            "python3-venv; elsewhere install a complete Python, or uv.".format(python)
        )
    if not succeeds([python, "-m", "venv", str(VENV)]):
        raise CannotSetUp("the environment could not be made in .venv; the lines above say why.")


def remove_venv() -> None:
    """Remove an environment that no longer works, but nothing else that happens to bear its name."""
    if any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").is_file():
        raise CannotSetUp(".venv exists and is no Python environment; move it away and run this again.")
    shutil.rmtree(str(VENV))


# --- installing ---------------------------------------------------------------------------------------------


def uv() -> str:
    """The path of uv, or nothing."""
    return shutil.which("uv") or ""


def install_with_uv(requirements: Path) -> bool:
    if not uv():
        return False
    install = [uv(), "pip", "install", "--quiet", "--python", str(VENV_PYTHON)]
    if install_by(install, requirements):
        return True
    print("Set-up: uv could not do it; trying pip, which may know another package index.", file=sys.stderr)
    return False


def install_with_pip(requirements: Path) -> bool:
    pip = [str(VENV_PYTHON), "-m", "pip"]
    # uv makes environments without pip.
    ensurepip = [str(VENV_PYTHON), "-m", "ensurepip"]
    if not succeeds(pip + ["--version"], quiet=True) and not succeeds(ensurepip, quiet=True):
        return False
    return install_by(pip + ["--disable-pip-version-check", "install", "--quiet"], requirements)


def install_by(install: list, requirements: Path) -> bool:
    """The pinned packages by their hashes, then the project itself with the build backend among them."""
    return succeeds(install + ["--require-hashes", "-r", str(requirements)]) and succeeds(
        install + ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    )


def succeeds(command: list, quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else None
    return subprocess.call(command, cwd=str(ROOT), stdout=output, stderr=output) == 0


if __name__ == "__main__":
    sys.exit(main())
