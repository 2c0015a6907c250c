"""One door for every format: told by content, the same facts from each, and a sentence for what is none."""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay.intake.formats import packing
from mainstay.intake.reader import examine, records
from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Entry
from tests.intake.desk import CLINIC, COLUMNS, Desk, known_facts, row
from tests.intake.workbooks import PLAIN, WORKBOOKS, csv_text, write_xlsx

ENDINGS = ("csv", "xlsx", "xls", "ods", "html", "parquet", "jsonl", "txt", "gz")
ROWS = [
    row("1", sex="f", age="40", ill="2020-02-01", reported="2020-02-03", ward="River Hospital", desk="王小明"),
    row("2", sex="m", ill="2020-02-02", reported="2020-02-04", met="1", desk="欧阳娜娜的同事"),
    row("3", sex="?", ill="2020-02-31", reported="2020-02-05", end="Dead", died="2020-02-20", desk="发热门诊登记"),
]
TABLE = [list(COLUMNS), *([cells[name] for name in COLUMNS] for cells in ROWS)]


@pytest.mark.parametrize("form", PLAIN)
def test_the_same_table_in_any_format_gives_the_same_facts(desk: Desk, form: str) -> None:
    with desk.and_back():
        plain = desk.send(*ROWS)
        facts = known_facts()
    # Whatever it is called: the name of a file says nothing.
    path = PLAIN[form](desk.folder / "list.csv", TABLE)

    done = desk.take(path)

    assert known_facts() == facts
    assert (done.rows, done.facts_added, done.persons) == (plain.rows, plain.facts_added, plain.persons)
    assert [(line.column, line.value, line.code) for line in done.rejects] == [
        ("ill", "2020-02-31", "value.date"),
        ("sex", "?", "value.unlisted"),
    ]
    # What the last row's number is: lines of JSON have no header above them.
    assert {line.row for line in done.rejects} == {3 if form == "jsonl" else 4}
    assert desk.send(*ROWS).rows["known"] == 3


CELLS = st.one_of(
    st.sampled_from(["1", "NA", "2020-02-01", "2020-02-30", "f", "River Hospital", "7", "合同", "x y", "01", "0.50"]),
    st.text(st.sampled_from("aé王 12.,;'/\"|-"), min_size=1, max_size=6).map(str.strip),
)

# Whose encoding can be told of few letters; GB18030 without a word of it has its own tests (test_reader.py).
TOLD = sorted(set(PLAIN) - {"gb18030"})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(*[CELLS] * len(COLUMNS)), min_size=1, max_size=4), form=st.sampled_from(TOLD))
def test_whatever_the_cells_every_format_reads_the_texts_that_csv_does(
    desk: Desk, rows: list[tuple[str, ...]], form: str
) -> None:
    rows = [(f"n{number}", *cells[1:]) for number, cells in enumerate(rows)]
    table = [list(COLUMNS), *map(list, rows)]
    plain = examine(desk.file(csv_text(table)), desk.clinic)
    path = desk.folder / "other"
    try:
        PLAIN[form](path, table)
    except UnicodeEncodeError:
        return  # the page is written in GBK, which has not every letter

    other = examine(path, desk.clinic)

    def texts(source):
        return [[" ".join(cell.split()) for cell in cells] for _number, cells in records(source)]

    assert texts(other) == texts(plain)


@pytest.mark.parametrize(("form", "said"), [("xlsx", None), ("utf-8", "utf-8"), ("html", "gb18030"), ("parquet", None)])
def test_the_answer_says_how_it_was_read(desk: Desk, form: str, said: str | None) -> None:
    data = desk.take(PLAIN[form](desk.folder / "list", TABLE)).as_data()
    sheet = "Sheet1" if form in WORKBOOKS else None
    assert (data["encoding"], data["sheet"]) == (said, sheet)
    assert data["format"] == ("csv" if form == "utf-8" else form)


# --- what cannot be used ----------------------------------------------------------------------------------


def bomb(path: Path, size: int) -> Path:
    """A workbook whose one sheet is so many blanks: it packs to a thousandth."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _block in range(size >> 20):
                part.write(b" " * (1 << 20))
    return path


def refusal(desk: Desk, path: Path) -> MainstayError:
    with pytest.raises(MainstayError) as refused:
        desk.take(path)
    assert refused.value.exit_code == 2 and Entry.objects.count() == 0
    assert refused.value.sentence.startswith(str(path)) and "\n" not in refused.value.sentence
    return refused.value


def test_a_zip_bomb_is_not_unpacked(desk: Desk) -> None:
    refused = refusal(desk, bomb(desk.folder / "bomb.xlsx", packing.RATIO_FROM + (1 << 20)))
    assert refused.code == "file.too_large" and "it would unpack to 65 MB" in refused.sentence


def test_a_workbook_that_unpacks_to_more_than_the_limit_is_not_unpacked(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(packing, "LARGEST", 1 << 20)
    refused = refusal(desk, bomb(desk.folder / "large.xlsx", 2 << 20))
    assert refused.code == "file.too_large" and "(at most 1 MB)" in refused.sentence


def test_a_part_larger_than_it_says_is_damaged(desk: Desk) -> None:
    path = bomb(desk.folder / "lies.xlsx", 1 << 20)
    whole = path.read_bytes()
    # The size unpacked, as the archive states it in both its places, made a thousand.
    path.write_bytes(whole.replace((1 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    assert refusal(desk, path).code == "file.unreadable"


@pytest.mark.parametrize("form", ["xlsx", "ods", "html"])
def test_a_sheet_that_reaches_too_far_is_refused_before_it_is_loaded(desk: Desk, form: str, monkeypatch) -> None:
    path = PLAIN[form](desk.folder / "far", TABLE)
    monkeypatch.setattr(packing, "MOST_CELLS", 39)  # 4 rows of 10 columns are 40
    monkeypatch.setattr("mainstay.intake.formats.html_table.MOST_CELLS", 39)
    assert refusal(desk, path).code == "file.too_large"


def encrypted(desk: Desk) -> Path:
    """An XLSX with a password is an old Office file with a stream of this name."""
    whole = bytearray(PLAIN["xls"](desk.folder / "locked.xls", TABLE).read_bytes())
    at = whole.index("Workbook".encode("utf-16-le"))
    name = "EncryptedPackage\0".encode("utf-16-le")
    whole[at : at + len(name)] = name
    whole[at + 64 : at + 66] = len(name).to_bytes(2, "little")
    path = desk.folder / "locked.xlsx"
    path.write_bytes(whole)
    return path


def locked_xls(desk: Desk) -> Path:
    """The first record after the beginning of an .xls says that it is locked."""
    whole = bytearray(PLAIN["xls"](desk.folder / "plain.xls", TABLE).read_bytes())
    at = whole.index(b"\x09\x08\x10\x00") + 20
    whole[at : at + 2] = b"\x2f\x00"
    path = desk.folder / "locked.xls"
    path.write_bytes(whole)
    return path


@pytest.mark.parametrize("made", [encrypted, locked_xls])
def test_a_workbook_with_a_password_is_said_to_have_one(desk: Desk, made) -> None:
    refused = refusal(desk, made(desk))
    assert refused.code == "file.password" and "protected by a password" in refused.sentence


def word_document(desk: Desk) -> bytes:
    whole = PLAIN["xls"](desk.folder / "plain.xls", TABLE).read_bytes()
    return whole.replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le"))


def zip_of(name: str) -> bytes:
    import io

    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr(name, "hello")
    return out.getvalue()


def in_another_form(desk: Desk) -> dict[str, tuple[bytes, str, str]]:
    """By what it is: (content, code, words of the sentence)."""
    sheet = '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
    return {
        "a letter": (word_document(desk), "file.binary", "an old Office file without a sheet"),
        "a new letter": (zip_of("word/document.xml"), "file.binary", "a document or slides"),
        "an archive": (zip_of("list.csv"), "file.binary", "a zip archive, not a workbook"),
        "an xlsb": (zip_of("xl/workbook.bin"), "file.binary", "a binary workbook"),
        "a PDF": (b"%PDF-1.7\n%\xff\xff", "file.binary", "it is a PDF"),
        "XML of 2003": (sheet.encode(), "file.binary", "the XML format of 2003"),
        "a web archive": (b"MIME-Version: 1.0\nContent-Type: multipart/related", "file.binary", "a web archive"),
        "a page": (b"<html><body>Session expired</body></html>", "file.empty", "a page without a table"),
        "an empty workbook": (
            write_xlsx(desk.folder / "empty.xlsx", {"Sheet1": []}).read_bytes(),
            "file.empty",
            "nothing but blank rows",
        ),
        "a workbook without the table": (
            write_xlsx(desk.folder / "none.xlsx", {"Notes": [["Dear colleagues"], ["see below"]]}).read_bytes(),
            "file.columns",
            "the header of the sheet 'Notes' lacks the columns 'no', 'sex'",
        ),
        "JSON lines that break off": (b'{"no": "1"}\n{"no": ', "file.line", "line 2 is no JSON"),
        "JSON lines with a list": (b'{"no": "1"}\n[1]\n', "file.line", "line 2 is no JSON object"),
    }


@pytest.mark.parametrize("ending", ["xls", "csv"])
def test_something_else_is_called_by_its_name(desk: Desk, ending: str) -> None:
    for what, (content, code, words) in in_another_form(desk).items():
        refused = refusal(desk, desk.file(content, f"list.{ending}"))
        assert (refused.code, words in refused.sentence) == (code, True), (what, refused.sentence)


def test_a_workbook_within_gzip_has_to_be_unpacked(desk: Desk) -> None:
    packed = gzip.compress(PLAIN["xlsx"](desk.folder / "book", TABLE).read_bytes())
    refused = refusal(desk, desk.file(packed, "list.xlsx.gz"))
    assert refused.code == "file.binary" and "unpack it" in refused.sentence


def test_full_width_digits_name_the_same_record(desk: Desk) -> None:
    desk.send(ROWS[0])
    done = desk.send({**ROWS[0], "no": "１", "age": "４０", "ill": "２０２０／２／１"})
    assert (done.rows["revised"], done.persons, done.rejects) == (1, {"known": 1, "new": 0}, ())


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods", "parquet"])
def test_cut_off_anywhere_or_damaged_a_file_is_refused_or_read_and_never_breaks_the_program(
    desk: Desk, form: str, capfd
) -> None:
    whole = PLAIN[form](desk.folder / "whole", TABLE).read_bytes()
    rng = random.Random(form)
    cut = [whole[: rng.randrange(1, len(whole))] for _time in range(40)]
    for content in [*cut, *(damaged(whole, rng) for _time in range(60))]:
        path = desk.file(content, "list.xlsx")
        try:
            list(records(examine(path, desk.clinic)))
        except MainstayError as refused:
            assert refused.exit_code == 2 and "\n" not in refused.sentence
        else:
            assert content not in cut
    assert capfd.readouterr().err == ""


def damaged(whole: bytes, rng: random.Random) -> bytes:
    content = bytearray(whole)
    for _byte in range(rng.randrange(1, 20)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return bytes(content)


@pytest.mark.parametrize("ending", ENDINGS)
def test_random_bytes_are_refused_in_a_sentence_whatever_they_are_called(desk: Desk, ending: str) -> None:
    rng = random.Random(ending)
    marks = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1", b"\x1f\x8b", b"{", b"<table>"]
    for mark in marks:
        refusal(desk, desk.file(mark + rng.randbytes(3000), f"list.{ending}"))


def test_a_workbook_of_more_rows_than_an_old_sheet_holds(desk: Desk) -> None:
    """65,537 rows of data: one more than the old sheets had, and Excel's own limit once lost 15,841 people."""
    from mainstay.intake import mapping as mappings

    slim = mappings.parse(
        (CLINIC[: CLINIC.index("[columns]")].replace('known = ["reported"]\n', "")
         + '[columns]\nno = { type = "text" }\n[[person]]\nrole = "self"\nscheme = "clinic"\ncolumn = "no"\n').encode(),
        "slim.toml",
    )  # fmt: skip
    path = write_many(desk.folder / "many.xlsx", 65_537)
    read = list(records(examine(path, slim)))
    assert (len(read), read[0], read[-1]) == (65_537, (2, ["1"]), (65_538, ["65537"]))


def write_many(path: Path, rows: int) -> Path:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("List")
    sheet.append(["no"])
    for number in range(1, rows + 1):
        sheet.append([number])
    book.save(path)
    return path
