"""Front-end files of others, kept in the project as they were released: fetch them again, or add to them.

    python scripts/vendor.py    # fetches what the manifests name, checks hashes, writes the files

Nothing is fetched when the product is set up or runs. A folder with such files holds `manifest.toml`: each package
with version, licence and the hash of what was released, and the hash of every file taken from it. A new version is
its new number and an empty `sha256` in the manifest; this writes the hash it saw, to be compared and kept.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / "src" / "mainstay" / "web" / "static" / "vendor", ROOT / "tests" / "web" / "vendor")


def main() -> int:
    for folder in FOLDERS:
        manifest = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
        packages = [_renewed(package, folder) for package in manifest["package"]]
        (folder / "manifest.toml").write_text(_written(packages), encoding="utf-8")
        print(f"{folder.relative_to(ROOT).as_posix()}: {', '.join(package['name'] for package in packages)}")
    return 0


def _renewed(package: dict, folder: Path) -> dict:
    """Write a package's files; give its entry with the hashes of what was written."""
    content = _fetched(f"{package['name']}@{package['version']}")
    seen = hashlib.sha256(content).hexdigest()
    if package["sha256"] not in ("", seen):
        raise SystemExit(f"{package['name']} {package['version']} is not what was pinned: its hash is {seen}.")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        files = {name: archive.extractfile(f"package/{source}").read() for name, source in package["from"].items()}
        if "sprite" in package:
            files[package["sprite"]] = _sprite(archive, package["icons"])
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    return package | {"sha256": seen, "files": hashes}


def _fetched(name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", folder, name]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return next(Path(folder).glob("*.tgz")).read_bytes()


def _sprite(archive: tarfile.TarFile, icons: dict[str, str]) -> bytes:
    """One file with a symbol for each icon, by our name for it; how its lines are drawn says marks.css."""
    symbols = []
    for name, source in sorted(icons.items()):
        svg = archive.extractfile(f"package/icons/outline/{source}.svg").read().decode()
        shapes = re.sub(r"\s+", " ", re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)[1]).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    head = '<svg xmlns="http://www.w3.org/2000/svg">'
    return "\n".join([head, *symbols, "</svg>", ""]).encode()


def _written(packages: list[dict]) -> str:
    lines = ["# Files of others, as released. Made by scripts/vendor.py; a test holds the files to it.", ""]
    for package in packages:
        lines.append("[[package]]")
        lines += [f'{key} = "{value}"' for key, value in package.items() if isinstance(value, str)]
        for table in ("from", "icons", "files"):
            if table in package:
                lines += ["", f"[package.{table}]"]
                lines += [f'"{key}" = "{value}"' for key, value in package[table].items()]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
