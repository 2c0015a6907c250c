"""The shared line lists by the shipped mappings: what is in them, as counted by other means."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mainstay.cases.models import Classification, Onset, Outcome, Report, Result, Symptom
from mainstay.cycle import check
from mainstay.intake.models import Question
from mainstay.isolation.models import Stay
from mainstay.organisations.models import Facility
from mainstay.people.models import Person, Trait
from mainstay.platform.reading import View, standing
from mainstay.science.chains import Case, Chains, Pair, analyse_chains
from mainstay.tracing.models import Contact, Exposure, Presence
from tests.intake.desk import Desk, known_facts, names


@pytest.fixture
def lists(testdata: Path) -> Path:
    return testdata / "line_lists"


def take(desk: Desk, lists: Path, *sent: tuple[str, str]) -> list:
    return [desk.take(lists / file, mapping) for file, mapping in sent]


MERS = (
    ("mers_korea_2015__linelist.csv", "mers-korea-2015-cases"),
    ("mers_korea_2015__contacts.csv", "mers-korea-2015-pairs"),
)


# --- MERS, Republic of Korea 2015 -----------------------------------------------------------------


def test_mers_cases_and_pairs(desk: Desk, lists: Path) -> None:
    cases, pairs = take(desk, lists, *MERS)

    assert (cases.rows["new"], cases.rejects, cases.columns_unread) == (162, (), ())
    assert (pairs.rows["new"], pairs.rejects, pairs.persons["new"]) == (98, (), 0)
    assert Person.objects.filter(known=True).count() == 162
    assert Report.objects.count() == Result.objects.count() == 162
    assert Onset.objects.count() == 162 - 27
    # Suspected first where the diagnosis came after the report, else confirmed at once.
    assert Counter(Classification.objects.values_list("value", flat=True)) == {
        "confirmed": 162,
        "suspected": 7,
    }
    deaths = Outcome.objects.all()
    assert deaths.count() == 19 and deaths.filter(observed_date=None).count() == 9
    assert all(death.became_known_at is not None for death in deaths)
    # Five rows have neither day of an exposure.
    assert Exposure.objects.filter(index=None, index_class="").count() == 162 - 5
    assert [str(one.last_date) for one in Presence.objects.filter(area="middle_east")] == ["2015-05-04"]
    assert Trait.objects.count() == 162 * 2


def test_mers_facilities(desk: Desk, lists: Path) -> None:
    take(desk, lists, MERS[0])

    stays = Counter(Stay.objects.values_list("facility__code", flat=True))
    assert len(stays) == 13
    assert (stays["samsung"], stays["samsung-er"], stays["pyeongtaek-st-mary"]) == (80, 5, 37)
    assert not Stay.objects.exclude(certain=False).exists()
    ward = Facility.objects.get(code="samsung-er")
    assert (ward.kind, ward.part_of.code) == ("ward", "samsung")


def test_mers_what_was_known_with_what(desk: Desk, lists: Path) -> None:
    take(desk, lists, *MERS)
    people = {name: person for person, name in names().items()}
    # SK_1: ill on the 11th, reported on the 19th, diagnosed on the 20th.
    first = people["mers-korea-2015:SK_1"]
    end_of = {day: datetime(2015, 5, day, 14, 59, 59, tzinfo=UTC) for day in (19, 20)}
    assert Onset.objects.get(person=first).became_known_at == end_of[19]
    assert Classification.objects.get(person=first, value="suspected").became_known_at == end_of[19]
    assert Classification.objects.get(person=first, value="confirmed").became_known_at == end_of[20]
    assert Contact.objects.filter(known_with_index=True, became_known_at=None).count() == 98


def chains() -> Chains:
    """The chains that stand in the instance, by identifiers."""
    people = names()
    onsets = dict(Onset.objects.values_list("person_id", "observed_date"))
    cases = [
        Case(people[one], onsets.get(one)) for one in Person.objects.filter(known=True).values_list("id", flat=True)
    ]
    pairs = [Pair(people[index], people[one]) for index, one in Contact.objects.values_list("index_id", "person_id")]
    return analyse_chains(cases, pairs)


def test_mers_chains(desk: Desk, lists: Path) -> None:
    take(desk, lists, *MERS)
    found = chains()
    assert (found.clusters, found.cluster_sizes[:2]) == (67, (94, 3))
    assert found.serial_interval_days.n == 98


@pytest.mark.django_db(transaction=True)
def test_mers_twice_shuffled_and_in_pieces_has_one_digest(committed_desk: Desk, lists: Path) -> None:
    desk = committed_desk
    take(desk, lists, *MERS)
    digest, facts = check.run().digest, known_facts()

    for file, mapping in MERS:
        header, *lines = (lists / file).read_text().splitlines(keepends=True)
        random.Random(1).shuffle(lines)
        assert desk.take(header + "".join(lines), mapping).facts_added == 0
        for piece in range(7):
            assert desk.take(header + "".join(lines[piece::7]), mapping).facts_added == 0
    assert (check.run().digest, known_facts()) == (digest, facts)


# --- Ebola, simulated -----------------------------------------------------------------------------

EBOLA = "ebola_sim__linelist.csv", "ebola-sim-cases"
EBOLA_CLEAN = "ebola_sim_clean__linelist.csv", "ebola-sim-cases"
EBOLA_PAIRS = "ebola_sim__contacts.csv", "ebola-sim-pairs"


@pytest.mark.django_db(transaction=True)
def test_ebola_as_received(committed_desk: Desk, lists: Path) -> None:
    desk = committed_desk
    cases, pairs = take(desk, lists, EBOLA, EBOLA_PAIRS)

    # 59 rows have the onset on or before the day of infection: both held, one entry, the row is new.
    assert (cases.rows["received"], cases.rows["new"], cases.rows["warned"]) == (5888, 5888, 200)
    assert len(cases.rejects) == len({line.row for line in cases.rejects}) == 59
    assert {line.column for line in cases.rejects} == {"date_of_infection, date_of_onset"}
    assert {line.held for line in cases.rejects} == {"field"}
    assert Onset.objects.count() == 5888 - 59
    assert Question.objects.filter(kind="held_field").count() == 59
    assert (pairs.rows["new"], pairs.persons["new"]) == (3800, 1159)
    assert Person.objects.filter(known=True).count() == 5888
    assert Person.objects.filter(known=False).count() == 1159

    found = chains()
    assert (found.pairs, found.clusters, found.cluster_sizes[0], found.out_degree.max) == (3800, 3247, 14, 6)
    interval = found.serial_interval_days
    assert (interval.n, interval.median, interval.min, interval.max) == (2116, 9, 1, 99)
    assert (round(interval.mean, 2), round(interval.sd, 3)) == (11.06, 8.078)

    # The cleaned list as a later delivery: 177 names of hospitals are written otherwise, and mean the same.
    [clean] = take(desk, lists, EBOLA_CLEAN)
    assert (clean.rows["revised"], clean.rows["known"]) == (177, 5829 - 177)
    assert (clean.facts_added, clean.rejects) == (0, ())


@pytest.mark.django_db(transaction=True)
def test_ebola_cleaned(committed_desk: Desk, lists: Path) -> None:
    [clean] = take(committed_desk, lists, EBOLA_CLEAN)
    assert (clean.rows["new"], clean.rows["warned"], clean.rejects) == (5829, 197, ())
    assert set(Facility.objects.values_list("code", flat=True)) == {
        "h1",
        "connaught",
        "military",
        "princess-christian",
        "rokupa",
    }


def test_ebola_the_contacts_before_the_cases(desk: Desk, lists: Path) -> None:
    """Whoever was only named becomes known with a row of their own, whichever file comes first."""
    rows = list(csv.DictReader((lists / EBOLA[0]).open()))[:200]
    pairs = [
        one for one in csv.DictReader((lists / EBOLA_PAIRS[0]).open()) if one["case_id"] in {r["case_id"] for r in rows}
    ]
    desk.take(
        "infector,case_id,source\n" + "".join(f"{p['infector']},{p['case_id']},{p['source']}\n" for p in pairs),
        EBOLA_PAIRS[1],
    )
    assert not Person.objects.filter(known=True).exists()
    lines = "".join(",".join(one.values()) + "\n" for one in rows)
    desk.take(",".join(rows[0]) + "\n" + lines, EBOLA[1])
    assert Person.objects.filter(known=True).count() == 200


# --- measles, Hagelloch 1861 ----------------------------------------------------------------------


def test_hagelloch_with_the_infector_in_a_column(desk: Desk, lists: Path) -> None:
    [cases] = take(desk, lists, ("measles_hagelloch_1861.csv", "hagelloch-1861-cases"))

    assert (cases.rows["new"], cases.rejects, cases.persons["new"]) == (188, (), 188)
    assert Contact.objects.count() == 188 - 4
    assert Symptom.objects.filter(name="rash", present=True).count() == 188
    assert Outcome.objects.filter(value="died").count() == 12
    assert Trait.objects.filter(name="sex").count() == 188 - 11
    assert chains().cluster_sizes == (173, 9, 5, 1)


# --- standing -------------------------------------------------------------------------------------


def test_mers_an_earlier_days_reading_stays_after_a_later_delivery(desk: Desk, lists: Path) -> None:
    """A changed onset: what was known by 1 June stays what it was, and the last word is the new one."""
    take(desk, lists, MERS[0])
    by_june = View(known_by=datetime(2015, 6, 1, 15, tzinfo=UTC))
    before = standing(Onset, ["person_id", "observed_date"], by_june)

    text = (lists / MERS[0][0]).read_text()
    done = desk.take(text.replace("2015-05-11,2015-05-19", "2015-05-12,2015-05-19"), MERS[0][1])

    assert (done.rows["revised"], done.rows["known"], done.facts_added) == (1, 161, 1)
    assert standing(Onset, ["person_id", "observed_date"], by_june) == before
    assert len(standing(Onset, ["id"], View())) == 162 - 27
