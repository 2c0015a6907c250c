"""Facts sent to the API in batches: each is answered for, and a bad one takes nothing with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainstay.accounts.rules import Role
from mainstay.cases.models import Classification, Onset
from mainstay.platform import bulk
from mainstay.platform.identity import new_id
from mainstay.platform.models import Dirty, Entry
from mainstay.screening.models import Check
from mainstay.tracing.models import Contact
from tests.at_once import at_once
from tests.web.program import program, send
from tests.world import World


def fact(world: World, **says: Any) -> dict[str, Any]:
    said = {"fact": "check", "id": str(new_id()), "person": str(world.people["An"]), "observed": "2020-02-06"}
    if says.get("fact", "check") == "check":
        said |= {"of": "temperature", "tenths": 384}
    return said | says


def test_every_fact_is_answered_for_and_a_bad_one_takes_nothing_with_it(outbreak: World) -> None:
    client = program(outbreak)
    outbreak.lives("Bo", "u2")
    good, onset = fact(outbreak), fact(outbreak, fact="onset", disease="mers")
    batch = [
        good,
        good,
        good | {"tenths": 390},
        "no fact",
        fact(outbreak, tenths="384"),
        fact(outbreak, person=str(new_id())),
        fact(outbreak, observed="2199-01-01"),
        fact(outbreak, fact="result", disease="mers", test="pcr", value="positive"),
        fact(outbreak, fact="classification", disease="mers", value="suspected", if_version=1),
        onset,
        onset | {"id": str(new_id()), "observed": "2020-02-04", "corrects": onset["id"], "if_version": 1},
        onset | {"id": str(new_id()), "observed": "2020-02-03", "corrects": onset["id"], "if_version": 1},
        onset | {"id": str(new_id()), "person": str(outbreak.people["Bo"]), "corrects": onset["id"]},
        {"fact": "retraction", "id": str(new_id()), "of": "check", "root": good["id"]},
        {"fact": "retraction", "id": str(new_id()), "of": "check", "root": good["id"]},
    ]
    told = send(client, "/facts", {"facts": batch}).json()
    became = [(one["answer"], one["code"]) for one in told["facts"]]
    assert became == [
        ("done", None),
        ("known", None),
        ("refused", "fact.id_taken"),
        ("refused", "request.invalid"),
        ("refused", "request.invalid"),
        ("refused", "person.unknown"),
        ("refused", "fact.future"),
        ("done", None),
        ("done", None),
        ("done", None),
        ("done", None),
        ("refused", "fact.overtaken"),
        ("refused", "fact.unfit"),
        ("done", None),
        ("known", None),
    ]
    assert told["received"] == len(batch) == told["done"] + told["known"] + told["refused"]
    assert [one["item"] for one in told["facts"]] == list(range(15))
    assert sorted(Check.objects.values_list("version", "retracted")) == [(1, False), (2, True)]
    # All of it once more: what was recorded is known, what was refused stays refused.
    again = [one["answer"] for one in send(client, "/facts", {"facts": batch[:11]}).json()["facts"]]
    assert again[7:] == ["known"] * 4
    assert Check.objects.count() == 2


def test_each_kind_of_fact_can_be_recorded_sent_again_and_asks_for_its_permission(outbreak: World) -> None:
    outbreak.lives("Bo", "u1")
    mers: dict[str, Any] = {"disease": "mers"}
    batch = [
        fact(outbreak, fact="symptom", name="cough", present=False),
        fact(outbreak, fact="severity", value="mild", **mers),
        fact(outbreak, fact="specimen", kind="swab", observed_at="2020-02-06T10:00:00+08:00", **mers),
        fact(outbreak, fact="report", **mers),
        fact(outbreak, fact="evidence", kind="investigation", note="by telephone", **mers),
        fact(outbreak, fact="treatment", kind="vaccine", **mers),
        fact(outbreak, fact="offer", kind="isolation", accepted=None, **mers),
        fact(outbreak, fact="outcome", value="died", **mers) | {"observed": None},
    ]
    undated = {"first": "2020-02-01", "last": "2020-02-03"}
    plain = [
        fact(outbreak, fact="contact", index=str(outbreak.people["Bo"]), kind="household", **mers, **undated),
        fact(outbreak, fact="presence", area="wuhan", **undated),
        fact(outbreak, fact="stay", kind="ward", facility="h1-er", starts="2020-02-05"),
    ]
    batch += [{name: says for name, says in one.items() if name != "observed"} for one in plain]
    client = program(outbreak)
    for answer in ("done", "known"):
        told = send(client, "/facts", {"facts": batch}).json()
        assert (told[answer], [one for one in told["facts"] if one["code"]]) == (len(batch), [])
    worker = program(outbreak, Role.COMMUNITY_WORKER, name="worker")
    codes = [one["code"] for one in send(worker, "/facts", {"facts": batch}).json()["facts"]]
    assert codes == [None, *["fact.not_allowed"] * 2, *[None] * 8]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_under_one_id_what_differs_is_refused(committed_world: World) -> None:
    world = committed_world
    world.lives("An", "u1")
    client = program(world)
    headers, given = {"authorization": client.defaults["HTTP_AUTHORIZATION"]}, fact(world)

    def sent(tenths: int) -> str:
        reply = send(Client(headers=headers), "/facts", {"facts": [given | {"tenths": tenths}]})
        return reply.json()["facts"][0]["answer"]

    assert sorted(at_once(lambda: sent(380), lambda: sent(390))) == ["done", "refused"]
    assert Check.objects.count() == 1


# --- three hundred at once --------------------------------------------------------------------------------


@pytest.fixture
def three_hundred(world: World) -> list[dict[str, Any]]:
    """A class for each of 300 people."""
    for number in range(300):
        world.person(f"Nr {number:03}")
    return [
        {"fact": "classification", "id": str(new_id()), "person": str(person), "disease": "mers",
         "value": "suspected", "observed": "2020-02-06"}
        for person in world.people.values()
    ]  # fmt: skip


def test_of_three_hundred_the_bad_one_is_named_and_the_others_are_written(
    world: World, three_hundred: list[dict[str, Any]]
) -> None:
    client = program(world)
    three_hundred[150] |= {"person": str(new_id())}
    told = send(client, "/facts", {"facts": three_hundred}).json()
    assert (told["received"], told["done"], told["known"], told["refused"]) == (300, 300 - 1, 0, 1)
    (bad,) = [one for one in told["facts"] if one["answer"] == "refused"]
    assert (bad["item"], bad["id"], bad["code"]) == (150, three_hundred[150]["id"], "person.unknown")
    assert Classification.objects.count() == 299
    assert Dirty.objects.filter(subject_type="person").count() == 299  # each of them is judged
    # The line was cut before the answer came: all is sent again, with the one mended.
    three_hundred[150] |= {"person": three_hundred[0]["person"]}
    again = send(client, "/facts", {"facts": three_hundred}).json()
    assert (again["done"], again["known"], again["refused"]) == (1, 299, 0)
    assert Classification.objects.count() == 300


@pytest.mark.parametrize("bad", [0, 150, 299])
def test_what_the_database_itself_refuses_is_found_among_three_hundred(
    world: World, three_hundred: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, bad: int
) -> None:
    """No check of ours knows it beforehand: a value out of the column's range, say."""
    refuse(monkeypatch, three_hundred[bad]["id"])
    told = send(program(world), "/facts", {"facts": three_hundred}).json()
    assert [(one["item"], one["code"]) for one in told["facts"] if one["code"]] == [(bad, "fact.unfit")]
    assert (told["done"], Classification.objects.count()) == (299, 299)
    assert len({row.entry_id for row in Classification.objects.all()}) <= 2 * 9  # halved: 2 ** 9 > 300


def refuse(monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    """The database will not have what is written under this id."""
    insert = bulk.insert_values

    def refusing(rows: bulk.Rows, **how: Any) -> int:
        if any(row[0] == UUID(bad).hex for row in rows.values):
            raise DataError("out of range")
        return insert(rows, **how)

    monkeypatch.setattr(bulk, "insert_values", refusing)


@pytest.mark.parametrize("number", [2, 300])
def test_as_many_statements_for_three_hundred_as_for_two(
    world: World, three_hundred: list[dict[str, Any]], number: int
) -> None:
    client, some = program(world), three_hundred[:number]

    def statements(batch: list[dict[str, Any]], answer: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            told = send(client, "/facts", {"facts": batch}).json()
        assert told[answer] == number, told
        return len(asked)

    corrected = [one | {"id": str(new_id()), "corrects": one["id"], "value": "confirmed"} for one in some]
    back = [{"fact": "retraction", "id": str(new_id()), "of": "classification", "root": one["id"]} for one in some]
    counted = [statements(some, "done"), statements(some, "known"), statements(corrected, "done")]
    counted += [statements(corrected, "known"), statements(back, "done"), statements(back, "known")]
    # PostgreSQL takes many rows by way of a table of its own, which is three more.
    assert max(counted) <= 22 + 3
    assert Classification.objects.count() == 3 * number


def test_written_together_is_as_written_one_by_one(world: World) -> None:
    """The slow twin sends every fact in a request of its own."""
    client, twin = program(world), program(world, name="twin")
    an, bo = world.person("An"), world.person("Bo")

    def batch() -> list[dict[str, Any]]:
        ids = [str(new_id()) for _number in range(6)]
        day = {"disease": "mers", "observed": "2020-02-06"}
        return [
            {"fact": "classification", "id": ids[0], "person": str(an), "value": "suspected", **day},
            {"fact": "onset", "id": ids[1], "person": str(an), **day},
            {"fact": "classification", "id": ids[2], "person": str(bo), "value": "confirmed", **day},
            {"fact": "onset", "id": ids[3], "person": str(an), **day, "observed": "2020-02-05", "corrects": ids[1]},
            {"fact": "onset", "id": ids[1], "person": str(an), **day},
            {"fact": "contact", "id": ids[4], "person": str(an), "index": str(an), "disease": "mers", "kind": "ward"},
            {"fact": "contact", "id": ids[5], "person": str(an), "index": str(bo), "disease": "mers", "kind": "ward"},
            {"fact": "retraction", "id": str(new_id()), "of": "onset", "root": ids[1], "if_version": 2},
        ]

    def became(answers: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
        return [(one["answer"], one["code"]) for one in answers]

    def written(since: int) -> list[tuple[Any, ...]]:
        models = ((Classification, "value"), (Onset, "retracted"), (Contact, "kind"))
        return [
            row
            for model, says in models
            for row in model.objects.filter(entry_id__gt=since)
            .order_by("person_id", "version", says)
            .values_list("person_id", "version", "observed_date", "source", "entry__verb", says)
        ]

    start = Entry.objects.order_by("-no").first().no
    together = became(send(client, "/facts", {"facts": batch()}).json()["facts"])
    middle = Entry.objects.order_by("-no").first().no
    alone = [became(send(twin, "/facts", {"facts": [one]}).json()["facts"])[0] for one in batch()]
    assert together == alone
    assert [answer for answer, _code in together].count("done") == 6
    first, both = written(start), written(middle)
    assert len(first) == len(both) * 2 and sorted(first, key=str) == sorted(both * 2, key=str)
