"""Junk at the pages of files: no table, too much, wrong names, forms sent twice. A sentence, never a failure."""

from __future__ import annotations

import os
import re
from pathlib import Path
from uuid import uuid4

import pytest

from mainstay.cases.models import Onset
from mainstay.intake import uploads
from mainstay.platform.models import Entry
from mainstay.web import sent_files
from tests.intake.desk import Desk, row
from tests.intake.test_pages import dropped_in, fields, read, send, signed_in, spoken
from tests.world import World

pytestmark = pytest.mark.usefixtures("home")

JUNK = ["", "\x00", "x" * 5000, "<script>alert(1)</script>", "../../etc/passwd", "٣", "9" * 40, "slot-0"]
# Each goes into some ninety requests.
TRIED = JUNK if os.environ.get("MAINSTAY_SOAK") else JUNK[1:4]


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 3000, b"%PDF-1.7 no table", b"PK\x03\x04broken", b"\xff\xfe\x00", b"one line"]
)
def test_what_is_no_table_is_refused_in_a_sentence_and_not_kept(world: World, home: Path, content: bytes) -> None:
    clerk = signed_in(world)
    answer = send(clerk, content, "../../x\x00<b>.xlsx")
    if answer.status_code == 302:  # read, but nobody is in it
        answer = clerk.get(answer.headers["Location"])
        assert "No column says who somebody is" in answer.content.decode()
        return
    assert answer.status_code == 422
    assert "Something is not right yet" in answer.content.decode() and str(home) not in answer.content.decode()
    assert [path for path in (home / "uploads").rglob("*") if path.is_file()] == []


def test_a_file_too_large_is_told_so_and_never_lies_anywhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    monkeypatch.setattr(sent_files, "LARGEST", 1000)
    clerk = signed_in(world)
    answer = send(clerk, b"Case ID,Onset\n" + b"A1,2020-01-05\n" * 100)
    assert (answer.status_code, "This is more than" in answer.content.decode()) == (422, True)
    answer = clerk.post("/files/new/", {"table": "Case ID,Onset\n" + "A1,2020-01-05\n" * 100})
    assert (answer.status_code, "This is more than" in answer.content.decode()) == (422, True)
    assert clerk.post("/files/new/", {}).status_code == 422


def test_more_than_a_form_can_hold_is_a_page_too(world: World, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = signed_in(world).post("/files/new/", {"table": "x" * 2000})
    assert (answer.status_code, "Nothing was written" in answer.content.decode()) == (400, True)


@pytest.mark.parametrize("junk", TRIED)
def test_junk_in_every_field_is_told_never_a_failure(world: World, tmp_path: Path, junk: str) -> None:
    clerk = signed_in(world)
    done = Desk(tmp_path).send(row("1", ill="no day"), row(""))
    address = dropped_in(clerk, "Case ID,Onset,Sex\nA1,2020-01-05,?\n", "river.csv")
    every = (
        "slot-0",
        "slot-1",
        "date_order",
        "year",
        "disease",
        "name",
        "keep",
        "sheet",
        "mapping",
        "in-0",
        "cell-0",
        "means-0",
    )
    for field in every:
        for act in ("try", "take", junk):
            given = fields(read(clerk, address)) | {field: junk, "act": act}
            answer = clerk.post(address, given)
            assert answer.status_code in (200, 302, 422), (field, act, answer.status_code)
            if answer.status_code == 302:
                address = dropped_in(clerk, "Case ID,Onset,Sex\nA1,2020-01-05,?\n", "river.csv")
    assert clerk.get(f"/files/new/{'0' * 64}/").status_code == 410
    assert clerk.get("/files/new/no-digest/").status_code == 410
    assert clerk.get("/files/", {"before": junk}).status_code == 200
    assert clerk.get(f"/files/{uuid4()}/").status_code == 404
    here = f"/files/{done.delivery}/"
    for name in re.findall(r'name="(cell-[0-9a-f]{32}-[0-9]+)"', read(clerk, here)):
        assert clerk.post(here, {name: junk, "unknown": junk, "act": junk}).status_code in (200, 422)
    assert clerk.post(here, {"cell-nobody-0": junk}).status_code == 200
    for given in ({"mapping": junk}, {"sheet": junk}):
        assert send(clerk, "Case ID\nA1\n", **given).status_code in (302, 422)


def test_a_mapping_that_does_not_fit_is_told_at_its_field(world: World) -> None:
    answer = send(signed_in(world), "Case ID,Onset\nA1,2020-01-05\n", mapping="demo-cases")
    page = answer.content.decode()
    assert answer.status_code == 422 and 'id="mapping-told"' in page
    assert "Its columns are not those of this mapping" in page


def test_a_files_name_and_cells_are_shown_as_text(world: World) -> None:
    clerk = signed_in(world)
    hostile = "<script>alert(1)</script>"
    address = dropped_in(clerk, f"Case ID,{hostile}\nA1,{hostile}\n", "<b>x.csv")
    page = read(clerk, address)
    assert hostile not in page and "&lt;script&gt;alert(1)" in page and "<b>x.csv" not in page


def test_a_form_sent_twice_mends_once(world: World, tmp_path: Path) -> None:
    clerk = signed_in(world)
    done = Desk(tmp_path).send(row("1", ill="no day"))
    here = f"/files/{done.delivery}/"
    (name,) = re.findall(r'name="(cell-[0-9a-f]{32}-0)"', read(clerk, here))
    first = clerk.post(here, {name: "2020-02-01"})
    facts, entries = Onset.objects.count(), Entry.objects.count()
    second = clerk.post(here, {name: "2020-02-01"})
    assert "read as Sat 1 Feb 2020" in spoken(first.content.decode())
    assert "Nothing was sent again" in spoken(second.content.decode())
    assert (Onset.objects.count(), Entry.objects.count()) == (facts, entries)
