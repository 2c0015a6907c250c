"""The API as a program meets it: tokens, problems, cursors, what is sent twice, and facts in batches."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainstay.accounts import idempotency, services
from mainstay.accounts.models import Account, KeptAnswer
from mainstay.accounts.rules import Role
from mainstay.duties.models import Evidence
from mainstay.intake import mapping as mappings
from mainstay.people.models import Person
from mainstay.platform import ledger
from mainstay.platform.clock import now
from mainstay.platform.envelope import envelope
from mainstay.platform.models import Entry
from mainstay.reports.queries.situation import situation
from mainstay.screening.models import Check
from mainstay.tracing.models import Contact
from mainstay.web.api import limits
from tests.at_once import at_once
from tests.intake.desk import CLINIC, row, text
from tests.web.program import JSON, ROLES, program, refusal, send
from tests.web.signing_in import JUNK
from tests.world import World

# --- who comes in -----------------------------------------------------------------------------------------


def test_a_token_acts_as_its_account_and_one_that_only_reads_writes_nothing(outbreak: World) -> None:
    reader = program(outbreak, read_only=True)
    me = reader.get("/api/v1/me").json()
    assert (me["username"], me["by_token"], "classify" in me["permissions"]) == ("program", True, True)
    assert refusal(send(reader, "/people", {"name": "Bo"})) == (403, "token.read_only")
    token = Account.objects.get(username="program").tokens.get()
    services.revoke_token(token=token.id, by=outbreak.by, at=now())
    ended = reader.get("/api/v1/me")
    assert refusal(ended) == (401, "token.missing")
    assert ended.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_session_writes_with_its_csrf_token_alone(outbreak: World) -> None:
    program(outbreak)
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        Account.objects.get(username="program"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert client.get("/api/v1/me").json()["by_token"] is False
    assert refusal(send(client, "/people", {"name": "Bo"})) == (403, "csrf.missing")
    client.get("/me/")
    held = client.cookies["csrftoken"].value
    body, headers = json.dumps({"name": "my program"}), {"x-csrftoken": held}
    made = client.post("/api/v1/me/tokens", body, content_type=JSON, headers=headers)
    assert (made.status_code, len(made.json()["secret"]) > 40) == (201, True)
    again = client.post("/api/v1/me/tokens", body, content_type=JSON, headers=headers)
    assert refusal(again) == (409, "account.token")


def test_a_token_makes_no_other(outbreak: World) -> None:
    assert refusal(send(program(outbreak), "/me/tokens", {"name": "another"})) == (403, "account.token")


def test_who_guesses_at_tokens_or_never_stops_is_told_to_wait(outbreak: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FAILURES_A_MINUTE", 2)
    monkeypatch.setattr(limits, "REQUESTS_A_MINUTE", 2)
    client = program(outbreak)
    assert [client.get("/api/v1/me").status_code for _ in range(3)] == [200, 200, 429]
    guesser = Client(headers={"authorization": "Bearer guessed"}, REMOTE_ADDR="192.0.2.9")
    replies = [guesser.get("/api/v1/me") for _ in range(3)]
    assert [reply.status_code for reply in replies] == [401, 401, 429]
    assert refusal(replies[2]) == (429, "requests.too_many") and int(replies[2].headers["Retry-After"]) <= 60


# --- problems ---------------------------------------------------------------------------------------------


def test_what_is_wrong_is_named_field_by_field_in_the_readers_language(outbreak: World) -> None:
    client = program(outbreak)
    reply = send(client, "/people", {"nam": "Bo", "phone": 7})
    assert refusal(reply) == (422, "request.invalid")
    assert {one["field"] for one in reply.json()["errors"]} == {"name", "phone", "nam"}
    body = json.dumps({"nam": "Bo"})
    chinese = client.post("/api/v1/people", body, content_type=JSON, headers={"accept-language": "zh-hant"}).json()
    assert "name" in [one["field"] for one in chinese["errors"]]
    assert chinese["title"] != reply.json()["title"] and chinese["errors"][0]["sentence"] != "This must be given."


def test_each_way_of_going_wrong_has_its_status(outbreak: World) -> None:
    client = program(outbreak)
    assert refusal(client.get("/api/v1/no/such/address")) == (404, "not_found")
    gone = client.delete("/api/v1/people")
    assert refusal(gone) == (405, "method.not_allowed") and gone.headers["Allow"] == "GET, HEAD, POST"
    assert refusal(client.post("/api/v1/people", {"name": "Bo"})) == (415, "media_type.unsupported")
    for broken in ('{"name": ', '{"name": NaN}', b"\xff\xfe", "[" * 100_000):
        assert refusal(client.post("/api/v1/people", broken, content_type=JSON)) == (400, "request.malformed")
    long = client.post("/api/v1/people", "x" * 13_000_000, content_type=JSON)
    assert refusal(long) == (413, "request.too_large")
    large = {"mapping": "clinic", "file": SimpleUploadedFile("list.csv", b"x" * (10 * 1024 * 1024 + 200_000))}
    assert refusal(client.post("/api/v1/deliveries", large)) == (413, "request.too_large")
    assert refusal(client.get("/api/v1/report?known_at=99999")) == (422, "seal.unknown")
    assert refusal(client.get("/api/v1/duties?on=2020-02-07")) == (409, "cycle.not_run")
    assert client.head("/api/v1/me").status_code == 200


def test_a_failure_of_ours_is_a_problem_too(outbreak: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mainstay.accounts.api.jurisdictions_named", lambda _bounds: 1 / 0)
    reply = program(outbreak).get("/api/v1/me")
    assert refusal(reply) == (500, "machine.failed") and "E-" in reply.json()["detail"]


# Where a text may be anything.
OPEN_WORDS = [
    ("people", "where"), ("people", "cursor"), ("calls", "cursor"), ("duties", "kind"), ("duties", "post"),
    ("duties", "on"), ("report", "on"), ("report", "known_at"), ("report", "disease"), ("indicators", "disease"),
    ("audit/looks", "account"), ("audit/looks", "subject"), ("deliveries", "cursor"),
]  # fmt: skip


def test_junk_is_refused_everywhere_and_fails_nowhere(outbreak: World) -> None:
    client = program(outbreak, *ROLES, Role.AUDITOR)
    for junk in JUNK[1:]:
        for path, name in OPEN_WORDS if junk in ("\x00", "9" * 40) else ():
            assert client.get(f"/api/v1/{path}", {name: junk}).status_code in (200, 400, 409, 422), (path, name, junk)
        for body in (junk, {"name": junk}, {"facts": [junk, {"fact": junk}]}):
            for path in ("/people", "/facts", "/accounts"):
                assert send(client, path, body).status_code < 500
    # A filter misspelt would show more than was asked for.
    assert refusal(client.get("/api/v1/people", {"categry": "confirmed"})) == (422, "request.invalid")
    # One given twice would count as its last.
    twice = client.get("/api/v1/people?category=confirmed&category=")
    assert refusal(twice) == (422, "request.invalid")
    assert twice.json()["errors"][0]["field"] == "category"


def test_a_cursor_is_of_its_list_and_of_nobody_elses_making(outbreak: World) -> None:
    for number in range(52):
        outbreak.classified(f"Somebody {number}", "suspected", "2020-02-05")
    client = program(outbreak)
    first = client.get("/api/v1/people").json()
    assert (len(first["items"]), first["people"]) == (50, 53)
    cursor = first["next_cursor"]
    rest = client.get("/api/v1/people", {"cursor": cursor}).json()
    assert (len(rest["items"]), rest["next_cursor"]) == (3, None)
    assert not {one["id"] for one in first["items"]} & {one["id"] for one in rest["items"]}
    for bad in (cursor[:-2], f"{cursor}x", "junk", "\x00", "x" * 5000):
        assert refusal(client.get("/api/v1/people", {"cursor": bad})) == (400, "cursor.bad")
    assert refusal(client.get("/api/v1/calls", {"cursor": cursor})) == (400, "cursor.bad")


def test_a_page_of_twenty_takes_as_many_statements_as_a_page_of_one(outbreak: World) -> None:
    client = program(outbreak)

    def statements(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/api/v1/{path}").status_code == 200
        return len(seen)

    outbreak.classified("An", "confirmed", "2020-02-06")
    outbreak.cycle("2020-02-06")
    paths = ("people", "calls", "duties?on=2020-02-06", "report/rows?on=2020-02-06&figure=confirmed_cumulative")
    one = [statements(path) for path in paths]
    for number in range(19):
        outbreak.classified(f"Somebody {number}", "confirmed", "2020-02-05")
    outbreak.cycle("2020-02-06")
    assert [statements(path) for path in paths] == one


# --- the same as elsewhere --------------------------------------------------------------------------------


def test_the_report_is_what_the_command_prints_to_the_byte(outbreak: World) -> None:
    ledger.seal(at=outbreak.at)
    client = program(outbreak)
    found = situation(on=date(2020, 2, 6), language="zh-hans")
    printed = envelope("report", found.as_data(), as_of=date(2020, 2, 6), known_at=found.known_at)
    reply = client.get("/api/v1/report?on=2020-02-06", headers={"accept-language": "zh-hans"})
    assert reply.content.decode() == printed


def test_a_call_is_written_whole_or_not_at_all(outbreak: World) -> None:
    client, an = program(outbreak), outbreak.people["An"]
    sheet = {
        "outcome": "call_reached", "temperature_tenths": 384, "symptoms": ["fever"], "how": "household",
        "disease": "mers", "met": [{"name": "Ci San-03", "phone": "100 0000 0103"}],
    }  # fmt: skip
    assert refusal(send(client, f"/people/{an}/calls", sheet | {"met_nobody": True}))[0] == 422
    assert refusal(send(client, f"/people/{an}/calls", sheet | {"outcome": "call_back"}))[0] == 422
    assert (Check.objects.count(), Contact.objects.count()) == (0, 0)
    assert send(client, f"/people/{an}/calls", sheet, key="1").status_code == 201
    assert send(client, f"/people/{an}/calls", sheet, key="1").status_code == 201
    # The temperature and the look for symptoms, once; Ci lives where An does.
    assert (Check.objects.count(), Contact.objects.count()) == (2, 1)
    assert Contact.objects.get().person.unit_id == Person.objects.get(id=an).unit_id
    named = send(client, f"/people/{an}/contacts", {"name": "Di", "how": "work", "disease": "mers"}).json()
    assert str(Contact.objects.get(root=named["contact"]).person_id) == named["person"]


def test_a_duty_is_reported_done_where_that_is_its_evidence(outbreak: World) -> None:
    client = program(outbreak)
    rows = client.get("/api/v1/duties?on=2020-02-06").json()["items"]
    by_clause = {one["clause"]: one["id"] for one in rows}
    told = send(client, f"/duties/{by_clause['case.investigate']}/evidence", {"note": "by telephone"})
    assert told.status_code == 201
    assert Evidence.objects.get(root=told.json()["fact"]).kind == "investigation"
    assert refusal(send(client, f"/duties/{by_clause['case.report']}/evidence", {})) == (409, "duty.evidence")


def test_a_file_is_tried_taken_in_and_known_and_its_held_cells_are_mended(outbreak: World) -> None:
    kept = mappings.kept_at("clinic")
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(CLINIC, encoding="utf-8")
    client = program(outbreak)
    try:
        content = text(row("1", ill="2020-02-01"), row("2", ill="31 June"))

        def sent(**more: Any) -> dict[str, Any]:
            file = SimpleUploadedFile("list.csv", content.encode())
            return client.post("/api/v1/deliveries", {"file": file, "mapping": "clinic", **more}).json()

        assert (sent(dry_run="true")["rows"]["new"], client.get("/api/v1/deliveries").json()["items"]) == (2, [])
        taken, again = sent(), sent()
        assert (taken["rows"]["new"], again["rows"]["known"], again["facts_added"]) == (2, 2, 0)
        address = f"/deliveries/{taken['delivery']}/rejects"
        held = client.get(f"/api/v1{address}").json()["items"][0]
        cell = {"reject": held["reject"], "column": "ill"}
        cells = [cell | {"value": "30 June"}, cell | {"value": "2020-02-03"}, cell | {"column": "no", "value": "7"}]
        answers = send(client, address, {"cells": cells}).json()["cells"]
        assert [one["answer"] for one in answers] == ["held", "refused", "refused"]
        mended = {"cells": [cell | {"value": "2020-02-03"}]}
        assert send(client, address, mended).json()["cells"][0]["answer"] == "done"
        assert send(client, address, mended).json()["cells"][0]["answer"] == "known"
        assert send(client, address, {"cells": [cells[0]]}).json()["cells"][0]["code"] == "mend.twice"
        assert client.get(f"/api/v1{address}").json()["items"] == []
    finally:
        kept.unlink()


# --- sent twice -------------------------------------------------------------------------------------------


def test_under_one_key_it_happens_once_and_another_request_is_refused(outbreak: World) -> None:
    client = program(outbreak)
    first, again = (send(client, "/people", {"name": "Bo"}, key="one") for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "1")
    assert Entry.objects.filter(verb="person.add").count() == 1
    assert refusal(send(client, "/people", {"name": "Ci"}, key="one")) == (422, "idempotency.reused")
    assert refusal(send(client, "/people", {"name": "Ci"}, key="\x7f")) == (400, "idempotency.key")
    assert b"Bo" not in bytes(KeptAnswer.objects.get().sealed)
    # Somebody else's key of the same name is another.
    other = program(outbreak, name="other")
    assert send(other, "/people", {"name": "Ci"}, key="one").json() != first.json()


def test_what_was_refused_may_be_mended_under_its_key_and_a_day_later_a_key_is_new(outbreak: World) -> None:
    client = program(outbreak)
    assert refusal(send(client, "/people", {"name": "Bo", "where": "nowhere"}, key="one"))[0] == 422
    assert KeptAnswer.objects.count() == 0
    assert send(client, "/people", {"name": "Bo"}, key="one").status_code == 201
    assert idempotency.sweep(at=now()) == 0
    assert idempotency.sweep(at=now() + idempotency.KEPT_FOR) == 1
    # Even then the person is the one that was added: their id comes from the key.
    assert send(client, "/people", {"name": "Bo"}, key="one").status_code == 201
    assert Entry.objects.filter(verb="person.add").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_under_one_key_one_is_done_and_both_are_told_the_same(committed_world: World) -> None:
    client = program(committed_world, Role.ADMINISTRATOR)
    headers = {"authorization": client.defaults["HTTP_AUTHORIZATION"]}

    def opened() -> tuple[int, bytes]:
        # Nothing but the key keeps these two apart: the second of one user name would be refused.
        reply = send(Client(headers=headers), "/accounts", {"username": "wen", "name": "Wen"}, key="one")
        return reply.status_code, reply.content

    one, other = at_once(opened, opened)
    assert one == other and one[0] == 201
    assert Entry.objects.filter(verb="account.open", purpose="wen").count() == 1


def test_who_wants_a_name_needs_a_purpose_and_an_emergency_needs_a_sentence(outbreak: World) -> None:
    client = program(outbreak)
    made = UUID(send(client, "/people", {"name": "Bo", "phone": "100 0000 0102"}).json()["id"])
    address = f"/api/v1/people/{made}"
    assert client.get(address).json()["identifiers"] is None
    shown = client.get(f"{address}?purpose=request").json()["identifiers"]
    assert {one["scheme"]: one["value"] for one in shown} == {"name": "Bo", "phone": "100 0000 0102"}
    assert refusal(client.get(f"{address}?purpose=emergency")) == (422, "purpose.reason")
    looks = client.get("/api/v1/audit/looks")
    assert refusal(looks) == (404, "not_found")
    auditor = program(outbreak, Role.AUDITOR, name="auditor")
    seen = auditor.get("/api/v1/audit/looks", {"subject": str(made)}).json()["items"]
    assert [(one["page"], one["purpose"]) for one in seen] == [("api:person", "request"), ("api:person", "supervision")]
