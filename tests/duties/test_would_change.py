"""What would change a verdict, as stories: the fact, what it would have to be, and when the clock alone does it."""

from __future__ import annotations

import os
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.duties.library import load
from mainstay.duties.rules import would_change as module
from mainstay.duties.rules.edition import CLASSES, Ruleset, combine
from mainstay.duties.rules.facts import PersonFacts
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.judge import judge
from mainstay.duties.rules.sitting import each_of
from mainstay.duties.rules.would_change import MAX_TRIES, WouldChange, by_the_clock, flipping, would_change
from mainstay.platform.clock import day_end, day_start
from tests.scenarios.told import Teller

ZONE = "Asia/Shanghai"
CITY = ("house", "covid-19.control.5", "covid-19.treatment.6")


@cache
def _rules(*names: str) -> Ruleset:
    return combine(tuple(load(name)[0] for name in names))


def _facts(happens: list[dict[str, Any]], on: date) -> PersonFacts:
    teller = Teller(ZONE)
    for fact in happens:
        teller.take(fact, on)
    found: PersonFacts = teller.facts("person")
    return found


def _horizon(on: date) -> Horizon:
    return Horizon(day_end(on, ZONE), on, ZONE)


def _told(
    clause: str, happens: list[dict[str, Any]], on: date, rules: Ruleset | None = None
) -> tuple[WouldChange, ...]:
    rules = rules or _rules(*CITY)
    return would_change(rules.by_id[clause], _facts(happens, on), rules, _horizon(on))


def _pairs(changes: tuple[WouldChange, ...]) -> set[tuple[str, str]]:
    return {(change.fact, change.to) for change in changes if change.fact != "clock"}


MET = {"met": "work", "of": "confirmed", "last": date(2020, 3, 1), "index_onset": date(2020, 3, 2)}


def test_a_contact_is_watched_and_this_would_end_it() -> None:
    changes = _told("contact.observe", [MET], date(2020, 3, 3))
    assert all(change.verdict is False for change in changes)
    assert _pairs(changes) == {
        ("exposure", "discarded"),  # the other was no case
        ("exposure", "general"),  # it was less than close
        ("exposure", "retracted"),  # it was somebody else
        ("index_onset", "2020-03-04"),  # 1 + 2 + 1: the meeting is three days before the onset
        ("classification", "suspected"),  # a case now, and no contact
        ("classification", "asymptomatic"),
        ("classification", "clinical"),
        ("classification", "confirmed"),
        ("last_exposure", "2020-02-18"),  # 3 March - 14: the fourteen days would be over
        ("outcome", "died"),
    }


def test_with_nothing_learned_the_clock_ends_it() -> None:
    """Met on the 1st; day 14 is the 15th, and over when the 16th begins."""
    *_learned, clock = _told("contact.observe", [MET], date(2020, 3, 3))
    assert clock == WouldChange("clock", "false", day_start(date(2020, 3, 16), ZONE), False)


def test_the_clock_also_begins_something() -> None:
    (clock,) = [change for change in _told("contact.release", [MET], date(2020, 3, 3)) if change.fact == "clock"]
    assert clock == WouldChange("clock", "true", day_start(date(2020, 3, 16), ZONE), True)


def test_two_meetings_that_count_are_not_undone_by_one_fact() -> None:
    again = {"met": "household", "of": "suspected", "last": date(2020, 3, 2)}
    changes = _told("contact.observe", [MET, again], date(2020, 3, 3))
    assert {fact for fact, _to in _pairs(changes)} == {"classification", "outcome"}


def test_of_two_meetings_the_one_that_keeps_the_watch_is_named() -> None:
    """Met on 20 February, which is over by 6 March, and on 1 March: without the second nothing is left."""
    before = {"met": "work", "of": "confirmed", "last": date(2020, 2, 20)}
    facts = _facts([before, MET], date(2020, 3, 8))
    second = next(item for item in facts.exposures if item.date == date(2020, 3, 1))
    rules = _rules(*CITY)
    changes = would_change(rules.by_id["contact.observe"], facts, rules, _horizon(date(2020, 3, 8)))
    assert {change.id for change in changes if (change.fact, change.to) == ("exposure", "discarded")} == {second.id}


def test_whoever_met_nobody_would_be_a_contact_by_one_meeting() -> None:
    changes = _told("contact.observe", [{"stays": "home"}], date(2020, 3, 3))
    assert _pairs(changes) == {("exposure", value) for value in ("suspected", "clinical", "asymptomatic", "confirmed")}
    assert {(change.verdict, change.at) for change in changes} == {(True, day_end(date(2020, 3, 3), ZONE))}


def test_a_meeting_too_early_would_count_by_another_onset() -> None:
    early = {"met": "work", "of": "confirmed", "last": date(2020, 3, 1), "index_onset": date(2020, 3, 4)}
    changes = _told("contact.observe", [early], date(2020, 3, 5))
    assert ("index_onset", "2020-03-03") in _pairs(changes)  # 1 + 2


def test_of_two_findings_unknown_either_would_decide() -> None:
    """One exposure, a fever, and nobody has looked: imaging or blood picture makes two of three."""
    happens = [{"symptom": "fever"}, {"met": "household", "of": "confirmed"}]
    changes = _told("case.classify", happens, date(2020, 3, 3))
    assert {("symptom:pneumonia_imaging", "present"), ("symptom:blood_picture", "present")} <= _pairs(changes)
    # An absent one leaves the other to decide: by itself it flips nothing.
    assert ("symptom:blood_picture", "absent") not in _pairs(changes)


def test_what_is_missing_and_decides_nothing_alone_is_still_told() -> None:
    """A fever alone: imaging, blood, travel and onset are unknown, and none of them is enough without another."""
    changes = _told("case.classify", [{"symptom": "fever"}], date(2020, 3, 3))
    known = {change.fact for change in changes if change.to == "known"}
    assert {"symptom:pneumonia_imaging", "symptom:blood_picture"} <= known
    assert all((change.at, change.verdict) == (None, None) for change in changes if change.to == "known")


@pytest.mark.parametrize("held", CLASSES)
def test_which_class_would_change_a_verdict_is_found_by_trying_them_all(held: str) -> None:
    """The slow twin: every class there is, given today, judged by the whole of the rules."""
    on, rules = date(2020, 3, 3), _rules(*CITY)
    happens = [{"classified": held}, {"symptom": "fever"}]
    clause = rules.by_id["case.report"]
    before = _owed(_facts(happens, on), rules, on)
    other = {
        value
        for value in (*CLASSES, "discarded")
        if (clause.id in _owed(_facts([*happens, {"classified": value}], on), rules, on)) != (clause.id in before)
    }
    asked = {"suspected", "clinical", "asymptomatic", "confirmed", "discarded"}  # what the clause speaks of
    found = {to for fact, to in _pairs(_told("case.report", happens, on)) if fact == "classification"}
    assert found - {"retracted"} == other & asked


def test_an_offer_would_close_the_way_to_another_clause() -> None:
    """`done` is answered by what would do that clause: the investigation, for the second look at nobody named."""
    changes = _told("case.contacts_nobody", [{"classified": "confirmed"}], date(2020, 3, 3))
    assert ("evidence", "investigation") in _pairs(changes)


# --- whatever is told, the rules say so ----------------------------------------------------------------------------

ON = date(2020, 3, 10)
_DAYS = st.integers(-16, 0).map(lambda n: ON + timedelta(n))
_WORDS = st.one_of(
    st.builds(lambda value, on: {"classified": value, "on": on}, st.sampled_from((*CLASSES, "discarded")), _DAYS),
    st.builds(lambda on: {"onset": on}, _DAYS),
    st.builds(lambda value, on: {"severity": value, "on": on}, st.sampled_from(("mild", "severe")), _DAYS),
    st.builds(
        lambda name, on, there: {("symptom" if there else "no_symptom"): name, "on": on},
        st.sampled_from(("fever", "pneumonia_imaging", "blood_picture", "rash", "lesions_absorbed")),
        _DAYS,
        st.booleans(),
    ),
    st.builds(lambda value, on: {"result": value, "on": on}, st.sampled_from(("positive", "negative")), _DAYS),
    st.builds(lambda value, on: {"outcome": value, "on": on}, st.sampled_from(("died", "recovered")), _DAYS),
    st.builds(
        lambda value, on, onset: {"met": "household", "of": value, "last": on, "index_onset": onset},
        st.sampled_from(("confirmed", "suspected", "discarded")),
        _DAYS,
        _DAYS,
    ),
    st.builds(lambda area, on: {"was_in": area, "first": on, "last": on}, st.sampled_from(("wuhan", "tibet")), _DAYS),
    st.builds(lambda kind, on: {"stays": kind, "on": on}, st.sampled_from(("home", "site", "ward")), _DAYS),
    st.builds(lambda value, on: {"temperature": value, "on": on}, st.sampled_from((36.5, 38.5)), _DAYS),
    st.builds(lambda kind, on: {"order": kind, "on": on}, st.sampled_from(("isolation", "quarantine")), _DAYS),
    st.builds(lambda kind, on: {"recorded": kind, "on": on}, st.sampled_from(("investigation", "release")), _DAYS),
    st.builds(lambda value: {"immune": value}, st.booleans()),
)
EDITIONS = (CITY, ("house", "mers.who"), ("house", "measles"), ("house", "ebola"))


def _owed(facts: PersonFacts, rules: Ruleset, on: date, horizon: Horizon | None = None) -> set[str]:
    return {owed.clause for owed in judge("person", facts, rules, horizon or _horizon(on)).owed}


@settings(max_examples=200 if os.environ.get("MAINSTAY_SOAK") else 15, deadline=None)
@given(happens=st.lists(_WORDS, min_size=1, max_size=7), editions=st.sampled_from(EDITIONS))
def test_whatever_is_told_is_what_the_whole_of_the_rules_would_say(
    happens: list[dict[str, Any]], editions: tuple[str, ...]
) -> None:
    facts, rules = _facts(happens, ON), _rules(*editions)
    for clause in rules.by_subject["person"]:
        if clause.demand.daily or each_of(clause) is not None:
            continue
        binds = clause.id in _owed(facts, rules, ON)
        for supposed, verdict in flipping(clause, facts, rules, _horizon(ON)):
            then = _owed(supposed.facts, rules, ON)
            assert (clause.id in then) == verdict, (clause.id, supposed.fact, supposed.to)
            assert not (verdict and binds), "what binds already is not made to"
        for change in by_the_clock(clause, facts, rules, _horizon(ON)):
            assert change.at is not None
            for at, value in ((change.at - timedelta(seconds=1), binds), (change.at, change.verdict is True)):
                assert (clause.id in _owed(facts, rules, ON, Horizon(at, ON, ZONE))) == value, (clause.id, change)


@pytest.mark.parametrize("editions", [CITY, ("house", "measles")], ids=lambda names: names[1])
def test_it_is_answered_in_a_bounded_number_of_tries(
    editions: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0
    asked = module.verdict_at

    def counted(*arguments: Any) -> Any:
        nonlocal tries
        tries += 1
        return asked(*arguments)

    monkeypatch.setattr(module, "verdict_at", counted)
    many = [{"met": "household", "of": "confirmed", "last": ON - timedelta(n % 9)} for n in range(MAX_TRIES // 3 + 10)]
    rules = _rules(*editions)
    facts = _facts([*many, {"symptom": "fever"}, {"classified": "suspected"}], ON)
    for clause in rules.by_subject["person"]:
        tries = 0
        would_change(clause, facts, rules, _horizon(ON))
        assert tries <= MAX_TRIES + module.MAX_LOOKS + 4, clause.id
