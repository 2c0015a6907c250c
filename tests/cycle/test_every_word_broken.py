"""Every predicate of `judge`, broken in turn: the check names the very clause that asked for it.

The edition is invented and has one clause for each word of the vocabulary, so that a broken word changes that
clause's duty, and one person's facts bear on all of them. Vacancies and questions are the house's own clauses.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from mainstay.cases import services as cases
from mainstay.cycle import check
from mainstay.cycle.instance import adopt
from mainstay.duties.rules import edition, predicates
from mainstay.duties.services import record_evidence
from mainstay.intake.models import Question
from mainstay.isolation import services as isolation
from mainstay.people.models import Trait
from mainstay.platform import ledger
from mainstay.platform.identity import new_id
from tests.cycle.breaking import contrary
from tests.world import World

DAY = "2020-02-03"
# The word, how the edition asks for it, and whether it is true of Hu on that day.
ASKED = {
    "ClassificationIs": ("classification = 'suspected'", True),
    "SeverityIs": ("severity = 'severe'", False),  # ordinary
    "OutcomeIs": ("outcome = 'died'", False),  # recovered
    "SymptomIs": ("symptom = 'fever'", True),
    "Sustained": ("sustained = { of = 'temperature', below = 37.3, for = '2d' }", True),  # 36.5 on the 2nd and 3rd
    "TestIs": ("test = { result = 'negative' }", True),
    "ExposedTo": ("exposed_to = { classification = 'confirmed' }", True),  # Gao
    "BeenIn": ("been_in = { area = 'far_city', within = '14d' }", False),  # was nowhere
    "Staying": ("staying = 'ward'", True),
    "Age": ("age = { at_least = 65 }", True),  # 70
    "TraitIs": ("risk_group = 'pregnant'", False),  # immunocompromised
    "DaysSince": ("days_since = { anchor = 'report', at_least = 2 }", True),  # reported on the 1st
    "ClauseDone": ("done = 'word.testis'", True),
    "Unknown": ("unknown = 'onset'", True),
    "OrderIs": ("order = { kind = 'quarantine', state = 'in_force' }", True),
    "ObjectionIs": ("objection = { state = 'open' }", False),  # decided
}
HOUSE = {"Vacant": "post.fill", "QuestionIs": "question.gap"}
EVIDENCE = {"TestIs": "result"}  # the others' is never there: the duty stays open
ALL = [*ASKED, *HOUSE]

HEAD = """
id = "words.1"
disease = "mers"
series = "words"
level = "local"
area = "test-city"
effective_from = 2000-01-01
source = "invented for a test"

[title]
en = "Every word once"
zh-hans = "Every word once"
zh-hant = "Every word once"
"""
CLAUSE = """
[[clause]]
id = "{id}"
title.en = "{word}"
title.zh-hans = "{word}"
title.zh-hant = "{word}"
when = {{ {when} }}
demand = {{ kind = "{kind}", within = "24h" }}
evidence = {{ fact = "{evidence}" }}
owner = ["group:tracing", "headquarters"]
escalate = ["+4h superior"]
"""


def _id(word: str) -> str:
    return HOUSE.get(word, f"word.{word.lower()}")


def _clause(word: str) -> str:
    evidence = EVIDENCE.get(word, "treatment")
    return CLAUSE.format(word=word, id=_id(word), kind=word.lower(), when=ASKED[word][0], evidence=evidence)


@pytest.fixture
def told(committed_world: World, tmp_path: Path) -> World:
    """Hu, of whom something is known for every word, under the invented edition; a post vacant, a question open."""
    world = committed_world
    file = tmp_path / "words.1.toml"
    file.write_text(HEAD + "".join(_clause(word) for word in ASKED))
    adopt(name=str(file), from_date=date(2000, 1, 1), by=world.by, at=world.at)
    world.classified("Gao", "confirmed", "2020-02-01")
    world.met("Hu", "Gao", known="2020-02-01", last="2020-02-01")
    world.classified("Hu", "suspected", "2020-02-01")
    world.reported("Hu", "2020-02-01")
    world.symptom("Hu", "fever", "2020-02-01")
    world.result("Hu", "negative", "2020-02-02")
    world.stays("Hu", "ward", "h1", "2020-02-01")
    world.outcome("Hu", "recovered", DAY, DAY)
    for on in ("2020-02-02", DAY):
        world.checked("Hu", on)
    _more(world)
    return world


def _more(world: World) -> None:
    """What a story has no verb for: severity, travel, an objection, traits, and a question that a row left."""
    common = world._common("Hu", "2020-02-01", None)
    known: dict[str, Any] = {name: common[name] for name in ("known_at", "by", "at")}
    order = world.ordered("Hu", "quarantine", "2020-02-02")
    objection = isolation.object_to(order=order, ground="immune", observed=date(2020, 2, 2), **known)
    decided = {"decision": "rejected", "decided_by": "Officer Wu", "decided_at": common["known_at"]}
    isolation.decide_objection(root=objection, **decided, **known)
    cases.assess_severity(value="ordinary", observed=date(2020, 2, 1), disease="mers", **common)
    record_evidence(kind="travel_history", observed_date=date(2020, 2, 1), disease="mers", **common)
    base = {"observed_date": date(2020, 2, 1), "became_known_at": common["known_at"], "source": "test"}
    rows: list[Any] = []
    for name, value in (("age", "70"), ("risk_group", "immunocompromised")):
        identity = new_id()
        rows.append(Trait(id=identity, root=identity, person_id=common["person"], name=name, value=value, **base))
    identity = new_id()
    rows.append(Question(id=identity, root=identity, kind="gap", about="test", **base))
    ledger.append(rows, by=world.by, at=world.at, verb="test")


def _findings(world: World) -> list[check.Finding]:
    world.cycle(DAY)
    return list(check.run().findings)


def test_every_word_of_the_vocabulary_is_asked() -> None:
    assert {*ASKED, *HOUSE} == {word.__name__ for word in get_args(edition.Predicate)}


def test_nothing_broken_nothing_found(told: World) -> None:
    assert _findings(told) == []
    owed = {row.clause for row in told.duties("Hu", DAY) if row.clause.startswith("word.")}
    assert owed == {_id(word) for word, (_when, true) in ASKED.items() if true}


@pytest.mark.parametrize("word", ALL)
def test_a_broken_word_is_found_where_it_is_asked(word: str, told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = getattr(edition, word)
    monkeypatch.setitem(predicates.PREDICATES, kind, contrary(kind))
    findings = _findings(told)
    assert {finding.code for finding in findings} <= {"duty.not_opened", "duty.status_wrong", "person.category_off"}
    assert any(_id(word) in finding.sentence for finding in findings), findings
