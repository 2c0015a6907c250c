"""Mappings: those shipped are sound, faults are named by file, line and key, every key is documented."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.intake import mapping as mappings
from mainstay.intake.mapping import FIELD_KEYS, schema, shipped
from mainstay.intake.vocabulary import FACTS
from mainstay.platform.errors import MainstayError
from mainstay.platform.toml_lines import key_name, line_of, locate
from tests.intake.desk import CLINIC

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "mappings.md"


# --- shipped --------------------------------------------------------------------------------------


def test_the_shipped_mappings_are_those_scripts_rely_on() -> None:
    assert set(shipped()) >= {
        "mers-korea-2015-cases",
        "mers-korea-2015-pairs",
        "ebola-sim-cases",
        "ebola-sim-pairs",
        "hagelloch-1861-cases",
    }


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_mapping_is_sound_and_called_like_its_file(name: str) -> None:
    assert mappings.load(name).name == name


def test_a_mapping_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "clinic.toml"
    path.write_text(CLINIC)
    assert mappings.load(path).name == "clinic"


def test_an_unknown_name_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(MainstayError, match="one of .*ebola-sim-cases, ") as refused:
        mappings.load("mers")
    assert (refused.value.code, refused.value.exit_code) == ("mapping.missing", 2)
    with pytest.raises(MainstayError):
        mappings.load(tmp_path)


# --- faults ---------------------------------------------------------------------------------------

# A line each, however long, so that they can be read as a table.
# ruff: noqa: E501
FAULTS = [
    # (what stands there, what is written instead, the key named, words of the sentence)
    ('disease = "mers"', "", "the file", "'disease' is a required property"),
    ('key = ["no"]', 'key = ["number"]', "key[0]", "'number' is no column that is read"),
    ('key = ["no"]', 'key = ["ill"]', "key[0]", "'ill' is of type date"),
    ('null = ["NA"]', 'nul = ["NA"]', "nul", "not known here"),
    ('null = ["NA"]', 'encoding = "utf-9"', "encoding", "there is no encoding 'utf-9'"),
    ('known = ["reported"]', 'known = ["sex"]', "known[0]", "date or datetime is needed here"),
    ('ill = { type = "date" }', 'ill = { type = "day" }', "columns.ill.type", "'day' is not one of"),
    ('ill = { type = "date" }', 'ill = { type = "date", longest = 3 }', "columns.ill.longest", "only a column of type text"),
    ('values = { m = "male", f = "female" }', "optional = true", "columns.sex", "a choice needs `values`"),
    ('longest = 12 }\ndesk', "longest = 12, optional = true }\ndesk", "person[1].column", "cannot be optional"),
    ('column = "met"\nknown', 'column = "whom"\nknown', "person[1].column", "'whom' is no column"),
    ('role = "met"', 'role = "self"', "person[1].role", "is taken already"),
    ('index = "met"', 'index = "nobody"', "fact[6].index", "no [[person]] has the role 'nobody'"),
    ('index = "met"', 'index = "self"', "fact[6].index", "nobody is their own contact"),
    ('index = "met"\n', "", "fact[6]", "a contact needs `index`"),
    ('slot = "onset"', 'slot = "report"', "fact[1].slot", "is taken already"),
    ('fact = "onset"', 'fact = "omen"', "fact[1].fact", "'omen' is not one of"),
    ('date = "ill"', "", "fact[1]", "the fact onset needs `date`"),
    ('date = "ill"', 'date = "sex"', "fact[1].date", "is of type choice"),
    ('date = "ill"', 'date = "ill"\nvalue = "x"', "fact[1].value", "the fact onset has no such key"),
    ('date = "ill"', 'date = "ill"\nundated = true', "fact[1].undated", "says nothing without its day"),
    ('certain = false', 'certain = "no"', "fact[2].certain", "is true or false"),
    ('certain = false', 'date = "ill"', "fact[2].date", "takes first and last instead"),
    ('facility = { column = "ward" }', 'facility = { column = "sex" }', "fact[2].facility.column", "type facility"),
    ('kind = "ward"', 'kind = "tent"', "fact[2].kind", "may be home, site, ward"),
    ('Dead = "died"', 'Dead = "gone"', "columns.end.values.Dead", "'gone' is no value of outcome"),
    ('earlier_than = "ill" }\nwarn', 'earlier_than = "age" }\nwarn', "check[0].if.earlier_than", "is of type integer"),
    ("warn = true\n", "", "check[0]", "either holds columns or warns"),
    ('hold = ["ill", "reported"]', 'hold = ["no"]', "check[1].hold[0]", "part of the key"),
    ('remedy = "Ask which of the two days is right."', "", "check[1]", "needs a `remedy`"),
    ('desk = { ignore = "who typed it" }', 'desk = { type = "date", ignore = "x" }', "columns.desk", ""),
]  # fmt: skip


@pytest.mark.parametrize(("there", "instead", "key", "words"), FAULTS)
def test_a_fault_is_named_by_file_line_and_key(there: str, instead: str, key: str, words: str) -> None:
    assert CLINIC.count(there) >= 1
    broken = CLINIC.replace(there, instead, 1)

    with pytest.raises(MainstayError) as refused:
        mappings.parse(broken.encode(), "clinic.toml")

    assert (refused.value.code, refused.value.exit_code) == ("mapping.bad", 2)
    named = [line.split(": ", 2) for line in refused.value.sentence.splitlines()]
    [(place, _key, sentence)] = [part for part in named if part[1].startswith(key)][:1]
    assert words in sentence
    line = int(place.removeprefix("clinic.toml:"))
    parts = [part for part in key.replace("[", ".").replace("]", "").split(".") if not part.isdigit()]
    near = broken.splitlines()[line - 1]
    # The key itself stands in that line; or the header of what lacks it does.
    assert key == "the file" or parts[-1] in near or parts[0] in near


def test_no_toml_is_said_with_its_line() -> None:
    with pytest.raises(MainstayError, match="no TOML file in UTF-8: .*line 3"):
        mappings.parse(b"a = 1\nb = 2\nc = \n", "x.toml")
    with pytest.raises(MainstayError, match="no TOML file in UTF-8"):
        mappings.parse("a = '患者'".encode("gb18030"), "x.toml")


def test_every_fault_is_named_at_once() -> None:
    broken = CLINIC.replace('date = "ill"', 'date = "sick"').replace('kind = "ward"', 'kind = "tent"')
    with pytest.raises(MainstayError) as refused:
        mappings.parse(broken.encode(), "clinic.toml")
    assert len(refused.value.sentence.splitlines()) == 1 + 1


# --- documented -----------------------------------------------------------------------------------


def keys_of(part: Any) -> Iterator[str]:
    """Every key that the schema names."""
    if isinstance(part, dict):
        yield from part.get("properties", {}) if isinstance(part.get("properties"), dict) else ()
        for value in part.values():
            yield from keys_of(value)
    elif isinstance(part, list):
        for value in part:
            yield from keys_of(value)


def test_every_key_of_the_schema_is_documented() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    assert [key for key in sorted(set(keys_of(schema()))) if f"`{key}`" not in guide] == []


def test_every_fact_and_what_it_needs_is_documented() -> None:
    guide = GUIDE.read_text(encoding="utf-8").splitlines()
    for name, kind in FACTS.items():
        [line] = [line for line in guide if line.startswith(f"| `{name}` |")][-1:]
        for key in (*kind.needs, *kind.may):
            assert f"`{key}`" in line, (name, key)
        for _key, words in kind.words:
            assert all(word in line for word in words), (name, words)


def test_schema_and_vocabulary_name_the_same_facts_and_keys() -> None:
    fact = schema()["$defs"]["fact"]["properties"]
    assert set(fact["fact"]["enum"]) == set(FACTS)
    assert set(fact) >= FIELD_KEYS


def test_the_guides_example_is_a_mapping() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    assert mappings.parse(example.encode(), "example.toml").name == "river-clinic"


@pytest.mark.parametrize("name", shipped())
def test_the_shipped_are_listed_in_the_guide(name: str) -> None:
    assert f"`{name}`" in GUIDE.read_text(encoding="utf-8")


# --- lines ----------------------------------------------------------------------------------------

TEXT = '''a = 1 # [no] {header}
[b.c]
d = "x # y"
e = [1,
  2, # ] "
  { f = 3 }]
"q r".s = { x = 1, y = """
two # lines
""", z = 'it''s' }
[[t]]
k = 1
[[t]]
k = [{ h = 1 }, { h = 2 }]
[t.sub]
m = true
[[t.list]]
n = 1979-05-27
'''.replace("it''s", "its")

PLACES = [
    (("a",), 1),
    (("b",), 2),
    (("b", "c", "d"), 3),
    (("b", "c", "e", 0), 4),
    (("b", "c", "e", 1), 5),
    (("b", "c", "e", 2, "f"), 6),
    (("b", "c", "q r", "s", "y"), 7),
    (("b", "c", "q r", "s", "z"), 9),
    (("t", 0), 10),
    (("t", 0, "k"), 11),
    (("t", 1), 12),
    (("t", 1, "k", 1, "h"), 13),
    (("t", 1, "sub", "m"), 15),
    (("t", 1, "list", 0, "n"), 17),
    # What does not stand there is named by what stands around it.
    (("t", 1, "list", 0, "missing"), 16),
    (("t", 1, "sub", "m", "deeper"), 15),
    (("nowhere",), 1),
]


@pytest.mark.parametrize(("path", "line"), PLACES)
def test_where_a_key_stands(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(locate(TEXT), path) == line


def test_how_a_path_is_written() -> None:
    assert key_name(("fact", 2, "if", "column")) == "fact[2].if.column"
    assert key_name(()) == "the file"


@given(st.text(alphabet="ab=[]{}\".'#,\n\\ 1", max_size=80))
def test_locating_ends_whatever_the_text(text: str) -> None:
    locate(text)
