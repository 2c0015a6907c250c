"""COVID-19's editions one after the other: which holds on which day, what changes, and what it means for one person."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.duties.library import load, shipped
from mainstay.duties.rules.edition import Clause, Edition, Ruleset
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.in_force import InForce, rulesets_on
from mainstay.duties.rules.judge import Judgement, judge
from mainstay.platform.clock import day_end
from tests.scenarios.told import Teller

ZONE = "Asia/Shanghai"
DISEASE = "covid-19"
PAGE = Path(__file__).parents[2] / "docs" / "protocols" / "covid-19.md"
WUHAN = ("wuhan.order.1", "wuhan.order.2", "wuhan.notice-16")
LOCAL = (*WUHAN, "hubei.sites")

# The day of effect: (control, treatment, what holds besides). None: there is no edition yet.
HOLDING: dict[date, tuple[int | None, int | None, frozenset[str]]] = {
    date(2020, 1, 15): (1, None, frozenset()),
    date(2020, 1, 16): (1, 1, frozenset()),
    date(2020, 1, 18): (1, 2, frozenset()),
    date(2020, 1, 22): (2, 3, frozenset()),
    date(2020, 1, 27): (2, 4, frozenset()),
    date(2020, 1, 28): (3, 4, frozenset()),
    date(2020, 2, 2): (3, 4, frozenset({"wuhan.order.1", "hubei.sites"})),
    date(2020, 2, 5): (3, 5, frozenset({"wuhan.order.1", "hubei.sites"})),
    date(2020, 2, 7): (4, 5, frozenset({"wuhan.order.1", "hubei.sites"})),
    date(2020, 2, 19): (4, 6, frozenset({"wuhan.order.1", "hubei.sites"})),
    date(2020, 2, 21): (5, 6, frozenset({"wuhan.order.2", "hubei.sites"})),
    date(2020, 2, 22): (5, 6, frozenset({"wuhan.order.2", "wuhan.notice-16", "hubei.sites"})),
    date(2020, 3, 4): (5, 7, frozenset({"wuhan.order.2", "wuhan.notice-16", "hubei.sites"})),
    date(2020, 3, 7): (6, 7, frozenset({"wuhan.order.2", "wuhan.notice-16", "hubei.sites"})),
    date(2020, 4, 6): (6, 7, frozenset({"asymptomatic", "wuhan.order.2", "wuhan.notice-16", "hubei.sites"})),
}


@cache
def _edition(name: str) -> Edition:
    return load(name)[0]


@cache
def _rules(on: date, local: tuple[str, ...] = ()) -> Ruleset:
    """The rules of a day: every national edition from its own day, and the local ones named."""
    names = [name for name in shipped() if _edition(name).disease in (DISEASE, "house")]
    chosen = [name for name in names if _edition(name).level != "local" or name.removeprefix(f"{DISEASE}.") in local]
    return rulesets_on(on, [InForce(_edition(name), _edition(name).effective_from) for name in chosen])[DISEASE]


def _judged(
    happens: list[dict[str, Any]], on: date, local: tuple[str, ...] = (), told: date | None = None
) -> Judgement:
    """What somebody is owed at a day's end by what became known on it, or on the day `told`."""
    teller = Teller(ZONE)
    for fact in happens:
        teller.take(fact, told or on)
    return judge("person", teller.facts("person"), _rules(on, local), Horizon(day_end(on, ZONE), on, ZONE))


def _asked(judgement: Judgement) -> set[str]:
    return {owed.clause for owed in judgement.owed}


# --- which holds on which day --------------------------------------------------------------------------------


def _names(on: date) -> set[str]:
    control, treatment, besides = HOLDING[on]
    found = {f"control.{control}", *besides}
    return found | ({f"treatment.{treatment}"} if treatment else set())


@pytest.mark.parametrize("on", HOLDING, ids=str)
def test_the_edition_in_force_is_the_expected_one(on: date) -> None:
    """On its day, and still on the last day before the next row's."""
    later = [day for day in HOLDING if day > on]
    last = min(later) - timedelta(1) if later else on + timedelta(365)
    for day in (on, last):
        held = {name.removeprefix(f"{DISEASE}.") for name in _rules(day, LOCAL).editions} - {"house"}
        assert held == _names(on), day


def test_before_the_first_edition_there_is_none() -> None:
    rows = [InForce(_edition(name), _edition(name).effective_from) for name in shipped() if DISEASE in name]
    assert DISEASE not in rulesets_on(min(HOLDING) - timedelta(1), rows)


def test_the_page_says_the_same() -> None:
    rows = re.findall(r"^\| (2020-\d\d-\d\d) \|(.+)\|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    said = {}
    for day, rest in rows:
        control, treatment, norm, wuhan, hubei = (cell.replace("(recalled)", "").strip() for cell in rest.split("|"))
        besides = [norm, *(f"wuhan.{name}" for name in wuhan.split(", ") if name), hubei and f"hubei.{hubei}"]
        held = frozenset(name for name in besides if name)
        said[date.fromisoformat(day)] = (int(control), int(treatment) if treatment else None, held)
    assert said == HOLDING


# --- what changes from one edition to the next -----------------------------------------------------------------

# Clauses that are new, gone or other in the later of two editions; every other is the same, word for word.
CHANGED: dict[tuple[str, int], set[str]] = {
    ("control", 2): set(),
    ("control", 3): set(),
    ("control", 4): set(),
    ("control", 6): set(),
    ("treatment", 2): {"case.classify", "case.confirm"},
    ("treatment", 3): set(),
    ("treatment", 4): {"case.classify"},
    ("treatment", 5): {
        "case.classify", "case.classify_clinical", "case.reclassify_clinical", "case.confirm",
        "suspected.exclude_tests",
    },
    ("treatment", 6): {
        "case.classify", "case.classify_clinical", "case.reclassify_clinical", "suspected.exclude_tests",
        "discharged.monitor", "discharged.revisit_2", "discharged.revisit_4",
    },
    ("treatment", 7): {
        "case.confirm", "suspected.exclude_tests", "suspected.exclude_antibodies", "case.imaging_progress",
        "case.discharge_tests", "case.release", "discharged.monitor",
    },
}  # fmt: skip


def _said(clause: Clause) -> tuple[Any, ...]:
    """All that a clause says, but where it is from."""
    return (
        clause.subject, clause.when, clause.until, clause.episode, clause.demand, clause.evidence, clause.owner,
        clause.escalate, clause.title, clause.text, clause.exposure,
    )  # fmt: skip


@pytest.mark.parametrize(("series", "number"), CHANGED, ids=str)
def test_only_what_the_sources_tell_changes(series: str, number: int) -> None:
    old, new = (
        {clause.id: _said(clause) for clause in _edition(f"{DISEASE}.{series}.{n}").clauses}
        for n in (number - 1, number)
    )
    assert {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)} == CHANGED[series, number]


def test_editions_follow_each_other_in_their_numbers() -> None:
    for series, last in (("control", 6), ("treatment", 7)):
        days = [_edition(f"{DISEASE}.{series}.{n}").effective_from for n in range(1, last + 1)]
        assert all(earlier < later for earlier, later in pairwise(days))


def test_the_norm_of_april_holds_over_the_control_edition() -> None:
    """Both have these clauses; the spelling of their ids would say otherwise."""
    shared = {"asymptomatic.reclassify", "asymptomatic.release_tests", "asymptomatic.release"}
    before, after = _rules(date(2020, 4, 5)), _rules(date(2020, 4, 6))
    assert {before.by_id[name].edition for name in shared} == {"covid-19.control.6"}
    assert {after.by_id[name].edition for name in shared} == {"covid-19.asymptomatic"}


def test_wuhan_overrides_by_id_and_leaves_the_rest_national() -> None:
    rules = _rules(date(2020, 2, 10), WUHAN)
    assert rules.by_id["case.admit"].edition == "covid-19.wuhan.order.1"
    assert rules.by_id["contact.offer_place"].edition == "covid-19.wuhan.order.1"
    assert rules.by_id["contact.observe"].edition == "covid-19.control.4"
    assert _rules(date(2020, 2, 10)).by_id["contact.offer_place"].edition == "covid-19.control.4"


# --- one contact -------------------------------------------------------------------------------------------------


def _is_contact(on: date, last: date, onset: date, *, confirmed: bool, in_wuhan: bool) -> bool:
    """The sheet's rule: after onset, from 21 February two days before; to the 14th day; in Wuhan of the confirmed."""
    counts = last >= (onset if on < date(2020, 2, 21) else onset - timedelta(2))
    named = confirmed or not in_wuhan or on < date(2020, 2, 2)
    return counts and named and on < last + timedelta(14)


@given(
    onset=st.dates(date(2020, 1, 20), date(2020, 3, 20)),
    met_after=st.integers(-5, 5),
    days_later=st.integers(0, 20),
    confirmed=st.booleans(),
    in_wuhan=st.booleans(),
)
def test_a_contact_is_one_by_the_rules_of_each_day(
    onset: date, met_after: int, days_later: int, confirmed: bool, in_wuhan: bool
) -> None:
    last = onset + timedelta(met_after)
    on = max(last, onset) + timedelta(days_later)
    met = {"met": "work", "of": "confirmed" if confirmed else "suspected", "last": last, "index_onset": onset}
    category = _judged([met], on, WUHAN if in_wuhan else ()).category
    expected = _is_contact(on, last, onset, confirmed=confirmed, in_wuhan=in_wuhan)
    assert category == ("close_contact" if expected else "")


@pytest.mark.parametrize(
    ("on", "category", "asked"),
    [
        # Met on 16 February, the other fell ill on the 18th: 18 - 2 = 16. Watched to the end of 16 + 14 = 1 March.
        (date(2020, 2, 19), "", set()),
        (date(2020, 2, 20), "", set()),
        (date(2020, 2, 21), "close_contact", {"contact.observe", "contact.offer_place", "contact.seek_order"}),
        (date(2020, 2, 29), "close_contact", {"contact.observe", "contact.offer_place", "contact.seek_order"}),
        (date(2020, 3, 1), "", {"contact.release", "contact.observe"}),
    ],
)
def test_a_contact_of_two_days_before_onset_over_the_change(on: date, category: str, asked: set[str]) -> None:
    met = {"met": "work", "of": "confirmed", "last": date(2020, 2, 16), "index_onset": date(2020, 2, 18)}
    judgement = _judged([met], on, told=date(2020, 2, 18))
    assert (judgement.category, _asked(judgement)) == (category, asked)


# --- one who is diagnosed clinically ---------------------------------------------------------------------------------

HUBEI = {"was_in": "hubei", "first": date(1990, 1, 1)}
ELSEWHERE = {"was_in": "guangdong", "first": date(1990, 1, 1)}
ANEW = {"case.reclassify_clinical", "suspected.exclude_tests"}
SUSPECT = [{"classified": "suspected"}, {"symptom": "pneumonia_imaging"}]


@pytest.mark.parametrize(
    ("on", "lives", "may_be_diagnosed"),
    [
        (date(2020, 2, 4), HUBEI, False),  # edition 4 has no such class
        (date(2020, 2, 12), HUBEI, True),
        (date(2020, 2, 18), HUBEI, True),
        (date(2020, 2, 20), HUBEI, False),  # edition 6: the split is gone
        (date(2020, 2, 12), ELSEWHERE, False),
        (date(2020, 2, 18), ELSEWHERE, False),
        (date(2020, 2, 20), ELSEWHERE, False),
    ],
)
def test_a_suspect_with_pneumonia_is_diagnosed_clinically_in_hubei_only(
    on: date, lives: dict[str, Any], may_be_diagnosed: bool
) -> None:
    judgement = _judged([*SUSPECT, lives], on)
    assert ("case.classify_clinical" in _asked(judgement)) == may_be_diagnosed
    assert judgement.category == "suspected"


@pytest.mark.parametrize(
    ("on", "lives", "category", "anew"),
    [
        (date(2020, 2, 12), HUBEI, "clinical", False),
        (date(2020, 2, 18), HUBEI, "clinical", False),
        (date(2020, 2, 20), HUBEI, "suspected", True),
        (date(2020, 3, 5), HUBEI, "suspected", True),
        (date(2020, 2, 12), ELSEWHERE, "suspected", True),  # the class is Hubei's alone
        (date(2020, 2, 20), ELSEWHERE, "suspected", True),
    ],
)
def test_somebody_diagnosed_clinically_falls_between_no_two_editions(
    on: date, lives: dict[str, Any], category: str, anew: bool
) -> None:
    judgement = _judged([{"classified": "clinical"}, lives], on, told=date(2020, 2, 12))
    assert judgement.category == category
    assert ANEW & _asked(judgement) == (ANEW if anew else set())
    assert "case.admit" in _asked(judgement), "a place is owed under either"


# --- who is a suspect, in every combination ---------------------------------------------------------------------------


def _suspect(edition: int, found: dict[str, bool], exposed: str) -> bool:
    """The sheet's table of definitions: `exposed` is "", "contact", "wuhan" or "hubei" (lives there)."""
    fever, imaging, blood, failed = (found[name] for name in FINDINGS)
    number = fever + imaging + blood
    if edition == 1:
        return exposed == "wuhan" and number == 3 and failed
    if edition in (2, 3):
        return exposed in ("contact", "wuhan") and number == 3
    if edition == 4:
        return bool(exposed) and number >= 2
    in_hubei = edition == 5 and exposed == "hubei" and fever and blood
    return (bool(exposed) and number >= 2) or number == 3 or in_hubei


FINDINGS = ("fever", "pneumonia_imaging", "blood_picture", "no_better_on_antibiotics")
EXPOSED: dict[str, list[dict[str, Any]]] = {
    "": [],
    "contact": [{"met": "household", "of": "confirmed"}],
    "wuhan": [{"was_in": "wuhan", "first": date(2020, 1, 1)}],
    "hubei": [HUBEI],
}


@pytest.mark.parametrize("edition", range(1, 8))
def test_who_is_to_be_classified_in_every_combination_of_findings_and_exposure(edition: int) -> None:
    on = _edition(f"{DISEASE}.treatment.{edition}").effective_from
    for there, exposed in product(product((True, False), repeat=4), EXPOSED):
        found = dict(zip(FINDINGS, there, strict=True))
        said = [{"symptom" if present else "no_symptom": name} for name, present in found.items()]
        well = [{"no_symptom": "cough"}, {"no_symptom": "shortness_of_breath"}]
        happens = [*said, *well, *EXPOSED[exposed], {"onset": on - timedelta(1)}, {"recorded": "travel_history"}]
        assert ("case.classify" in _asked(_judged(happens, on))) == _suspect(edition, found, exposed), (found, exposed)
