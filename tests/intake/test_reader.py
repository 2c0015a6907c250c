"""Files as they come: encoding and separator found and said; what cannot be used refused in a sentence."""

from __future__ import annotations

import gzip
import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mainstay.intake import encodings
from mainstay.intake import mapping as mappings
from mainstay.intake.formats.separated import SEPARATORS
from mainstay.intake.formats.text import LONGEST_LINE
from mainstay.intake.reader import examine, records
from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Entry
from tests.intake.desk import CLINIC, COLUMNS, Desk, known_facts, row, text

MAPPING = mappings.parse(CLINIC.encode(), "clinic.toml")
ROWS = [row("1", sex="f", ill="2020-02-01", reported="2020-02-03"), row("2", reported="2020-02-04", met="1")]

SIMPLIFIED = "患者于二月一日在市第三医院发热门诊就诊，体温三十八度，咳嗽，诊断为疑似病例，已报告。"
TRADITIONAL = "患者於二月一日在市第三醫院發熱門診就診，體溫三十八度，咳嗽，診斷為疑似病例，已報告。"
FRENCH = "La malade a été admise à l'hôpital après une fièvre élevée; résultat négatif."


def remarked(words: str) -> str:
    """The rows with some words in a column that the mapping leaves out."""
    return text(*[{**one, "desk": words} for one in ROWS])


# --- encodings and separators ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "codec", "named"),
    [
        ("plain", "ascii", "utf-8"),
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8-sig"),
        (SIMPLIFIED, "utf-16", "utf-16"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (FRENCH, "latin-1", "latin-1"),
    ],
)
def test_the_encoding_is_found_and_said(desk: Desk, words: str, codec: str, named: str) -> None:
    done = desk.take(remarked(words).encode(codec))

    assert done.encoding == named
    assert (done.rows["new"], done.rejects) == (2, ())


@pytest.mark.parametrize("name", ["王小明", "欧阳娜娜", "陈喆"])
def test_short_names_in_gb18030_are_read_right(desk: Desk, name: str) -> None:
    mapping = mappings.parse(
        CLINIC.replace('desk = { ignore = "who typed it" }', 'desk = { type = "text" }').encode(), "c"
    )
    source = examine(desk.file(remarked(name).encode("gb18030")), mapping)
    assert source.encoding == "gb18030"
    assert [cells[-1] for _number, cells in records(source)] == [name, name]


@pytest.mark.parametrize("name", ["王小明", "歐陽娜娜", "陳大文"])
def test_short_names_in_big5_are_read_right(desk: Desk, name: str) -> None:
    source = examine(desk.file(remarked(name).encode("big5")), MAPPING)
    assert source.encoding == "big5"
    assert [cells[-1] for _number, cells in records(source)] == [name, name]


def test_what_is_none_of_these_is_asked_of_frequencies() -> None:
    russian = "Больная поступила в больницу с высокой температурой, результат отрицательный. " * 4
    assert encodings.guess(russian.encode("cp1251")).replace("-", "") in ("cp1251", "windows1251")


def test_a_stated_encoding_is_used_and_a_wrong_one_refused(desk: Desk) -> None:
    latin = mappings.parse(CLINIC.replace("null =", 'encoding = "latin-1"\nnull =').encode(), "clinic.toml")
    assert desk.take(remarked(SIMPLIFIED).encode("gb18030"), latin).encoding == "latin-1"

    utf8 = mappings.parse(CLINIC.replace("null =", 'encoding = "utf-8"\nnull =').encode(), "clinic.toml")
    with pytest.raises(MainstayError, match="not utf-8 throughout"):
        desk.take(remarked(SIMPLIFIED).encode("gb18030"), utf8)


@pytest.mark.parametrize("separator", SEPARATORS)
def test_the_separator_is_found_and_said(desk: Desk, separator: str) -> None:
    done = desk.take(text(*ROWS, separator=separator))
    assert (done.separator, done.rows["new"]) == (separator, 2)


def test_a_spreadsheets_own_word_on_the_separator_is_heeded(desk: Desk) -> None:
    done = desk.take("sep=;\n" + text(*ROWS, {**ROWS[0], "no": "", "sex": "?"}, separator=";"))
    assert (done.separator, done.rows["new"]) == (";", 2)
    # The header is row 1, whatever stands above it.
    assert done.rejects[0].row == 4


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_ending_will_do(desk: Desk, ending: str) -> None:
    assert desk.take(text(*ROWS).replace("\n", ending).encode()).rows["new"] == 2


def test_columns_may_stand_in_any_order(desk: Desk) -> None:
    desk.send(*ROWS)
    assert desk.take(text(*ROWS, columns=tuple(reversed(COLUMNS)))).rows["known"] == 2


def test_blank_lines_are_no_rows_but_count_as_lines(desk: Desk) -> None:
    lines = text(ROWS[0], {**ROWS[1], "sex": "?"}).splitlines()
    done = desk.take("\n\n".join(lines) + "\n\n")
    assert done.rows["received"] == 2
    # Header in row 1, blank, row 3, blank, row 5.
    assert [line.row for line in done.rejects] == [5]


@pytest.mark.parametrize("name", ["list.csv.gz", "list.csv"])
def test_gzip_is_known_by_its_bytes(desk: Desk, name: str) -> None:
    plain = desk.send(*ROWS)
    packed = desk.take(desk.file(gzip.compress(text(*ROWS).encode()), name))
    assert (plain.rows["new"], packed.rows["known"]) == (2, 2)


# --- what cannot be used --------------------------------------------------------------------------

RANDOM = random.Random(7)
UNUSABLE = {
    "empty": (b"", "file.empty", "it is empty"),
    "blank": (b"\n \n\n", "file.empty", "blank lines"),
    "packed and cut off": (
        gzip.compress(text(*ROWS * 500).encode())[:200],
        "file.unreadable",
        "cut off or damaged",
    ),
    "packed and damaged": (b"\x1f\x8b" + b"junk" * 20, "file.unreadable", "cut off or damaged"),
    "a workbook that is none": (b"PK\x03\x04" + RANDOM.randbytes(400), "file.unreadable", "cut off or damaged"),
    "binary": (RANDOM.randbytes(4000), "file.binary", "binary data"),
    "one endless line": (
        b"no,sex" + b"," * (LONGEST_LINE + 1),
        "file.line",
        "a line of more than 1,048,576 bytes",
    ),
    "an endless cell": (
        (text(ROWS[0]) + '"' + "x" * 200 + "\n" + "y\n" * 70_000).encode(),
        "file.line",
        "quotation mark that is never closed",
    ),
    "a quotation mark left open": (
        (text(*ROWS) + '"3","f","40\n').encode(),
        "file.line",
        "quotation mark that is never closed",
    ),
    "a column missing": (
        text(*ROWS, columns=COLUMNS[:3]).encode(),
        "file.columns",
        "lacks the columns 'ill', 'reported'",
    ),
    "a column misspelt": (
        text(*ROWS).replace('"reported"', '"reportd"').encode(),
        "file.columns",
        "lacks the column 'reported' (the file has 'reportd')",
    ),
    "a column twice": (
        (text(columns=(*COLUMNS, "ill")) if False else text().replace('"desk"', '"desk","ill"')).encode(),
        "file.columns",
        "has 'ill' twice",
    ),
    "another kind of list": (b"name;city\nA;B\n", "file.columns", "lacks the columns"),
    "cut off within a character": (
        text(*ROWS).encode() + "王".encode()[:2],
        "file.encoding",
        "encoding",
    ),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_an_unusable_file_is_refused_in_a_sentence_and_nothing_is_written(desk: Desk, what: str) -> None:
    content, code, words = UNUSABLE[what]

    with pytest.raises(MainstayError) as refused:
        desk.take(content)

    assert (refused.value.code, refused.value.exit_code) == (code, 2)
    assert words in refused.value.sentence
    assert refused.value.sentence.startswith(str(desk.folder)) and "\n" not in refused.value.sentence
    assert Entry.objects.count() == 0


def test_a_file_that_is_not_there_and_a_folder_are_refused(desk: Desk) -> None:
    for path in (desk.folder / "nowhere.csv", desk.folder):
        with pytest.raises(MainstayError, match="cannot be opened"):
            desk.take(path)


def test_a_hundred_megabytes_in_one_line_are_refused_within_little_memory(desk: Desk) -> None:
    import tracemalloc

    path = desk.folder / "long.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _block in range(100):
            file.write(b"x" * (1 << 20))
    tracemalloc.start()
    with pytest.raises(MainstayError, match="a line of more than"):
        desk.take(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 << 20


# --- junk -----------------------------------------------------------------------------------------

HEADER = ",".join(COLUMNS).encode()
CELLS = st.one_of(
    st.sampled_from([b"1", b"NA", b"2020-02-01", b"2020-02-30", b"f", b'"', b'""', b"\x00", b"\n", b"\r", b"\xff"]),
    st.binary(max_size=8),
)
LINES = st.lists(CELLS, min_size=1, max_size=12).map(b",".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=400), st.lists(LINES, max_size=8).map(lambda lines: b"\n".join([HEADER, *lines]))))
@example(HEADER + b"\n1" + b",NA" * 9)
@example(HEADER + b'\n"1\x00",' + b",NA" * 8)
def test_whatever_the_bytes_a_sentence_or_a_verdict_for_every_row(desk: Desk, content: bytes) -> None:
    with desk.and_back():
        try:
            done = desk.take(content)
        except MainstayError as refused:
            assert refused.exit_code == 2 and refused.sentence
            assert known_facts() == []
        else:
            counts = done.rows
            assert counts["received"] == sum(
                counts[name] for name in ("new", "known", "revised", "conflict", "rejected")
            )
