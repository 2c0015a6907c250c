"""Every page has its pictures, or a reason why it needs none; the folder holds them and nothing else."""

from __future__ import annotations

from scripts.pictured import ALSO_SIMPLIFIED_DARK, ALSO_TRADITIONAL, PICTURED, WITHOUT, pictures, readme
from scripts.pictures import FOLDER, LARGEST
from tests.web.pages import IN_THE_DOCUMENTS
from tests.web.test_every_door import ADDRESSES


def test_every_page_has_a_picture_or_a_reason_for_none() -> None:
    assert set(PICTURED) | set(WITHOUT) == set(ADDRESSES)
    assert not set(PICTURED) & set(WITHOUT)
    assert {*ALSO_SIMPLIFIED_DARK, *ALSO_TRADITIONAL} <= set(PICTURED)
    # What an address asks for is what it is given.
    assert {name: set(shown.needs) for name, shown in PICTURED.items()} == {
        name: set(ADDRESSES[name]) for name in PICTURED
    }


def test_the_folder_holds_them_lists_them_and_stays_small() -> None:
    held = {path.name for path in FOLDER.glob("*.jpg")}
    components = {name for name in held if name.startswith(tuple(f"{page}-" for page in IN_THE_DOCUMENTS))}
    assert held - components == set(pictures())
    assert len(components) == 4 * len(IN_THE_DOCUMENTS)
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == readme()
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= LARGEST
