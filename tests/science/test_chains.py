"""Chains of transmission: small stories, agreement with the slow twin, and figures on real outbreaks."""

from __future__ import annotations

import csv
import json
import os
import pickle
from datetime import date, timedelta
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from chains_twin import chains_by_walking
from hypothesis import given
from hypothesis import strategies as st

from mainstay.science.chains import (
    Case,
    Chains,
    ChainsInputError,
    OutDegree,
    Pair,
    SerialInterval,
    analyse_chains,
)


def february(day: int) -> date:
    return date(2020, 2, day)


def cases(**onset_days: int | None) -> list[Case]:
    return [Case(id, None if day is None else february(day)) for id, day in onset_days.items()]


def pairs(*arrows: str) -> list[Pair]:
    return [Pair(*arrow.split(">")) for arrow in arrows]


# Stories


def test_a_chain_a_stranger_and_a_single_person():
    # a infected b, b infected c, c infected x (of whom no case is known); d stands alone.
    result = analyse_chains(cases(a=1, b=4, c=10, d=20), pairs("a>b", "b>c", "c>x"))

    first, second = 4 - 1, 10 - 4
    mean = (first + second) / 2
    assert result == Chains(
        cases=4,
        pairs=3,
        persons_unknown=1,
        clusters=2,
        cluster_sizes=(4, 1),
        out_degree=OutDegree(mean=(1 + 1 + 1 + 0) / 4, max=1),
        serial_interval_days=SerialInterval(
            n=2,
            mean=mean,
            median=mean,
            sd=sqrt(((first - mean) ** 2 + (second - mean) ** 2) / (2 - 1)),
            min=first,
            max=second,
        ),
        multi_infector=0,
    )


def test_out_degree_leaves_out_the_persons_no_pair_names():
    result = analyse_chains(cases(a=1, b=2, c=3, d=4, e=5), pairs("a>b", "a>c"))
    assert result.out_degree == OutDegree(mean=(2 + 0 + 0) / 3, max=2)
    assert result.cluster_sizes == (3, 1, 1)


def test_each_candidate_infector_counts_and_the_infectee_is_named_once():
    result = analyse_chains(cases(a=1, b=3, c=9, d=10), pairs("a>c", "b>c", "a>d"))
    assert result.multi_infector == 1
    assert result.out_degree.mean == (2 + 1 + 0 + 0) / 4
    assert result.serial_interval_days.n == 3
    assert result.serial_interval_days.mean == ((9 - 1) + (9 - 3) + (10 - 1)) / 3
    assert result.serial_interval_days.median == 9 - 1


def test_an_interval_needs_both_onsets():
    result = analyse_chains(cases(a=1, b=None, c=6), pairs("a>b", "b>c", "a>c", "x>c"))
    assert result.serial_interval_days == SerialInterval(n=1, mean=5.0, median=5.0, sd=None, min=5, max=5)


def test_same_day_is_an_interval_of_nought_and_not_unknown():
    result = analyse_chains(cases(a=7, b=7), pairs("a>b"))
    assert result.serial_interval_days == SerialInterval(n=1, mean=0.0, median=0.0, sd=None, min=0, max=0)


def test_an_infectee_ill_before_the_infector_gives_a_negative_interval():
    result = analyse_chains(cases(a=7, b=5, c=10), pairs("a>b", "a>c"))
    assert (result.serial_interval_days.min, result.serial_interval_days.max) == (5 - 7, 10 - 7)


def test_a_leap_day_is_a_day():
    result = analyse_chains([Case("a", date(2020, 2, 28)), Case("b", date(2020, 3, 1))], pairs("a>b"))
    assert result.serial_interval_days.mean == 2


def test_a_pair_said_twice_counts_once():
    once = analyse_chains(cases(a=1, b=4), pairs("a>b"))
    twice = analyse_chains(cases(a=1, b=4), pairs("a>b", "a>b"))
    assert twice == once
    assert twice.multi_infector == 0


def test_a_ring_is_one_cluster_and_each_direction_a_pair():
    result = analyse_chains(cases(a=1, b=4, c=6), pairs("a>b", "b>c", "c>a", "b>a"))
    assert result.cluster_sizes == (3,)
    assert result.pairs == 4
    assert result.out_degree == OutDegree(mean=(1 + 2 + 1) / 3, max=2)
    assert result.serial_interval_days.mean == ((4 - 1) + (6 - 4) + (1 - 6) + (1 - 4)) / 4
    assert result.multi_infector == 1  # a, who has c and b


def test_nothing_given_is_nothing_known():
    data = analyse_chains([], []).as_data()
    assert data == {
        "cases": 0,
        "pairs": 0,
        "persons_unknown": 0,
        "clusters": 0,
        "cluster_sizes": [],
        "out_degree": {"mean": None, "max": None, "denominator": "in_pairs"},
        "serial_interval_days": {"n": 0, "mean": None, "median": None, "sd": None, "min": None, "max": None},
        "multi_infector": 0,
    }


def test_cases_without_pairs_are_single_persons_of_unknown_out_degree():
    result = analyse_chains(cases(a=1, b=2), [])
    assert result.cluster_sizes == (1, 1)
    assert result.out_degree == OutDegree(mean=None, max=None)


def test_pairs_without_cases_are_clusters_of_persons_unknown():
    result = analyse_chains([], pairs("x>y", "v>w", "w>u"))
    assert (result.cases, result.persons_unknown, result.cluster_sizes) == (0, 2 + 3, (3, 2))
    assert result.serial_interval_days.n == 0


def test_as_data_survives_json_with_the_keys_of_the_contract_in_their_order():
    data = analyse_chains(cases(a=1, b=4), pairs("a>b")).as_data()
    assert json.loads(json.dumps(data)) == data
    assert list(data) == [
        *("cases", "pairs", "persons_unknown", "clusters", "cluster_sizes"),
        *("out_degree", "serial_interval_days", "multi_infector"),
    ]
    assert list(data["out_degree"]) == ["mean", "max", "denominator"]
    assert list(data["serial_interval_days"]) == ["n", "mean", "median", "sd", "min", "max"]


def test_generators_are_read_once():
    result = analyse_chains(iter(cases(a=1, b=4)), iter(pairs("a>b")))
    assert (result.cases, result.pairs, result.clusters) == (2, 1, 1)


# Refusals


def test_a_person_is_not_their_own_infector():
    with pytest.raises(ChainsInputError, match="a is given as their own infector") as caught:
        Pair("a", "a")
    assert (caught.value.code, caught.value.ids) == ("pair_self", ("a",))


@pytest.mark.parametrize(
    ("make", "role"),
    [
        (lambda: Case(" ", None), "case"),
        (lambda: Pair("", "b"), "infector"),
        (lambda: Pair("a", ""), "infectee"),
    ],
)
def test_an_empty_id_is_nobody(make, role):
    with pytest.raises(ChainsInputError, match=f"The {role} has no id") as caught:
        make()
    assert caught.value.code == "id_empty"


@pytest.mark.parametrize(("first", "second"), [(1, 2), (1, None), (None, 1)])
def test_two_onsets_for_one_id_are_for_a_person_to_settle(first, second):
    with pytest.raises(ChainsInputError, match=r"1 case id\(s\)") as caught:
        analyse_chains([*cases(b=None), *cases(a=first), *cases(a=second)], [])
    assert (caught.value.code, caught.value.ids) == ("case_onset_conflict", ("a",))


def test_a_conflict_names_all_ids_but_its_sentence_only_a_few():
    twice = [Case(f"p{number}", day) for number in range(7) for day in (february(1), february(2))]
    with pytest.raises(ChainsInputError, match=r"7 case id\(s\).*\(p0, p1, p2, p3, p4 …\)") as caught:
        analyse_chains(twice, [])
    assert len(caught.value.ids) == 7


def test_a_case_said_twice_alike_counts_once():
    assert analyse_chains([*cases(a=1), *cases(a=1)], []) == analyse_chains(cases(a=1), [])


def test_the_error_passes_between_processes():
    error = ChainsInputError("pair_self", ("a",), "what to do")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.code, copy.ids, str(copy)) == ("pair_self", ("a",), "what to do")


# The twin

IDS = st.sampled_from([f"p{number}" for number in range(14)])
ONSETS = st.none() | st.dates(february(1), february(1) + timedelta(days=40))
CASES = st.dictionaries(IDS, ONSETS).map(lambda onsets: list(onsets.items()))
PAIRS = st.lists(st.tuples(IDS, IDS).filter(lambda pair: pair[0] != pair[1]), max_size=30)


def nearly(data: dict[str, Any]) -> dict[str, Any]:
    """The same object, its computed fractions compared to 1e-12; counts and None stay exact."""

    def one(value: Any) -> Any:
        if isinstance(value, dict):
            return nearly(value)
        return pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value

    return {key: one(value) for key, value in data.items()}


@given(CASES, PAIRS)
def test_agrees_with_the_twin(case_rows, pair_rows):
    fast = analyse_chains([Case(*row) for row in case_rows], [Pair(*row) for row in pair_rows]).as_data()
    assert fast == nearly(chains_by_walking(case_rows, pair_rows))
    assert sum(fast["cluster_sizes"]) == fast["cases"] + fast["persons_unknown"]


@given(CASES, PAIRS, st.randoms())
def test_the_order_of_rows_does_not_matter(case_rows, pair_rows, random):
    as_given = analyse_chains([Case(*row) for row in case_rows], [Pair(*row) for row in pair_rows])
    random.shuffle(case_rows)
    random.shuffle(pair_rows)
    assert analyse_chains([Case(*row) for row in case_rows], [Pair(*row) for row in pair_rows]) == as_given


# Real outbreaks

HERE = Path(__file__).resolve()


@pytest.fixture(scope="module")
def line_lists() -> Path:
    root = Path(os.environ.get("MAINSTAY_TESTDATA") or HERE.parents[2] / ".." / "shared" / "data")
    folder = root / "line_lists"
    if not folder.is_dir():
        pytest.skip("no line_lists/ among the test data: set MAINSTAY_TESTDATA to the folder that holds it")
    return folder


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def day(text: str) -> date | None:
    return None if text in ("", "NA") else date.fromisoformat(text)


def ebola_onset(row: dict[str, str], *, hold: bool) -> date | None:
    onset, infection = day(row["date_of_onset"]), day(row["date_of_infection"])
    impossible = onset is not None and infection is not None and onset <= infection
    return None if hold and impossible else onset


def ebola(folder: Path, *, hold: bool) -> tuple[list[Case], list[Pair]]:
    persons = rows(folder / "ebola_sim__linelist.csv")
    contacts = rows(folder / "ebola_sim__contacts.csv")
    return (
        [Case(row["case_id"], ebola_onset(row, hold=hold)) for row in persons],
        [Pair(row["infector"], row["case_id"]) for row in contacts],
    )


def test_ebola_with_the_impossible_onsets_held(line_lists):
    persons, contacts = ebola(line_lists, hold=True)
    as_received, _ = ebola(line_lists, hold=False)
    assert sum(a != b for a, b in zip(persons, as_received, strict=True)) == 59

    result = analyse_chains(persons, contacts)
    assert (result.cases, result.pairs, result.persons_unknown) == (5_888, 3_800, 1_159)
    # A forest: each pair joins two groups that were apart.
    assert result.clusters == 5_888 + 1_159 - 3_800 == 3_247
    assert result.cluster_sizes[0] == 14
    assert result.out_degree.max == 6
    assert result.multi_infector == 0
    interval = result.serial_interval_days
    assert (interval.n, interval.median, interval.min, interval.max) == (2_116, 9, 1, 99)
    assert interval.mean == pytest.approx(11.06, abs=0.005)
    assert interval.sd == pytest.approx(8.078, abs=0.0005)


def test_ebola_as_received(line_lists):
    interval = analyse_chains(*ebola(line_lists, hold=False)).serial_interval_days
    assert (interval.n, interval.min, interval.max) == (2_161, 0, 99)
    assert interval.mean == pytest.approx(10.924, abs=0.0005)


def test_measles_in_hagelloch(line_lists):
    persons = rows(line_lists / "measles_hagelloch_1861.csv")
    result = analyse_chains(
        [Case(row["case_ID"], day(row["date_of_prodrome"])) for row in persons],
        [Pair(row["infector"], row["case_ID"]) for row in persons if row["infector"] not in ("", "NA")],
    )
    assert result.cluster_sizes == (173, 9, 5, 1)
    assert (result.cases, result.pairs, result.persons_unknown) == (188, 188 - 4, 0)


def mers_onsets(folder: Path) -> dict[str, date | None]:
    return {row["id"]: day(row["dt_onset"]) for row in rows(folder / "mers_korea_2015__linelist.csv")}


def test_mers_in_korea(line_lists):
    onsets = mers_onsets(line_lists)
    contacts = rows(line_lists / "mers_korea_2015__contacts.csv")
    result = analyse_chains([Case(*row) for row in onsets.items()], [Pair(row["from"], row["to"]) for row in contacts])
    assert (result.cases, result.pairs, result.persons_unknown) == (162, 98, 0)
    assert result.clusters == 67
    assert result.cluster_sizes == (94, 3, *[1] * (162 - 94 - 3))
    assert result.out_degree.mean == 98 / (94 + 3) == pytest.approx(1.0103, abs=0.00005)
    assert result.out_degree.max == 38
    assert result.multi_infector == 2
    interval = result.serial_interval_days
    assert (interval.n, interval.median, interval.min, interval.max) == (98, 14, 2, 27)
    assert interval.mean == pytest.approx(14.5, abs=0.05)
    assert interval.sd == pytest.approx(5.2, abs=0.05)


def test_the_intervals_that_mers_records_say_what_its_onsets_say(line_lists):
    """Why `Pair` takes no recorded interval: the column is derived, and every pair has both onsets."""
    onsets = mers_onsets(line_lists)
    contacts = rows(line_lists / "mers_korea_2015__contacts.csv")
    without_onset = {id for id, onset in onsets.items() if onset is None}
    assert len(without_onset) == 27
    assert without_onset.isdisjoint(row[end] for row in contacts for end in ("from", "to"))
    for row in contacts:
        first, second = onsets[row["from"]], onsets[row["to"]]
        assert first is not None
        assert second is not None
        assert (second - first).days == int(row["diff_dt_onset"])
