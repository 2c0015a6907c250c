"""The page of jobs: what was given up and why, what waits and runs, the last night and the next; trying one again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from mainstay.accounts.rules import Role
from mainstay.cycle import tasks
from mainstay.cycle.models import Run
from mainstay.platform import jobs as queue
from mainstay.platform.clock import ONE_DAY, local_date, now
from mainstay.platform.models import Entry, Job
from mainstay.platform.nights import last_night, next_night
from mainstay.platform.pages.jobs import KINDS
from mainstay.platform.queries import count_jobs, last_jobs, list_jobs
from tests.web.signing_in import signed_in
from tests.world import World

pytestmark = pytest.mark.django_db


def job(kind: str, key: str, state: str, due: timedelta = timedelta(), **columns: object) -> Job:
    at = now()
    ended = at if state in ("done", "failed") else None
    return Job.objects.create(kind=kind, key=key, state=state, due_at=at + due, asked_at=at, ended_at=ended, **columns)


def panels(page: str) -> dict[str, str]:
    """{heading: what stands beneath it}."""
    _head, *parts = re.split(r"<h2[^>]*>([^<]*)</h2>", page)
    plain = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)) for text in parts[1::2]]
    return dict(zip(parts[0::2], plain, strict=True))


def test_each_job_stands_where_it_is_with_its_reason(world: World) -> None:
    """Of four one was given up, one is under way, one failed twice and waits, one was done."""
    job("nightly", "nightly@2020-02-03", "failed", attempts=1, error="The last closed day is too long ago.")
    job("backup", "backup@2020-02-04", "running", attempts=1, step="writes", done=120, total=3000)
    job("accounts.tidy", "accounts.tidy@2020-02-04", "ready", timedelta(minutes=1), attempts=2, error="No room.")
    job("jobs.forget", "jobs.forget@2020-02-04", "done")
    page = signed_in(world, "Admin Ko", Role.ADMINISTRATOR).get("/jobs/").content.decode()
    found = panels(page)
    assert "<b>1</b> given up, <b>1</b> under way, <b>1</b> waiting." in page
    assert "Close the day before nightly@2020-02-03 The last closed day is too long ago. 1" in found["Given up"]
    assert "Write a backup backup@2020-02-04 120 / 3,000 1" in found["Under way"]
    assert "accounts.tidy@2020-02-04" in found["Waiting"] and "2 times, the last: No room." in found["Waiting"]
    assert found["The last of each"].count("@2020-02-0") == 4
    assert "No worker is at it." not in page
    assert count_jobs() == {"failed": 1, "running": 1, "ready": 1, "done": 1}
    assert [row.key for row in list_jobs("ready")] == ["accounts.tidy@2020-02-04"]
    assert last_jobs(["backup"])["backup"].key == "backup@2020-02-04"


def test_what_is_due_for_long_and_taken_up_by_nobody_is_said(world: World) -> None:
    admin = signed_in(world, "Admin Ko", Role.ADMINISTRATOR)
    job("backup", "backup@2020-02-04", "ready", -timedelta(minutes=90))
    page = admin.get("/jobs/").content.decode()
    assert "No worker is at it." in page and "due for 1 h 30 min" in page
    Job.objects.update(state="running")
    assert "No worker is at it." not in admin.get("/jobs/").content.decode()


def test_the_next_night_is_told_and_whether_it_closes_a_day(world: World) -> None:
    admin = signed_in(world, "Admin Ko", Role.ADMINISTRATOR)
    at = now()
    last, following = last_night(at), next_night(at)
    assert last is not None and following is not None
    assert last.due_at <= at < following.due_at and following.date - last.date == ONE_DAY
    page = admin.get("/jobs/").content.decode()
    assert "No day has been closed yet" in page and "Close the day before" not in panels(page)["The next night"]
    assert "Write a backup" in panels(page)["The next night"]
    # Looking back at a day of years ago nothing is closed by itself; after yesterday it is.
    world.cycle("2020-02-06")
    page = admin.get("/jobs/").content.decode()
    assert "no day is closed by itself" in page and "Close the day before" not in panels(page)["The next night"]
    yesterday = local_date(at, world.zone) - ONE_DAY
    Run.objects.update(period_date=yesterday, moment_at=at, started_at=at)
    assert not tasks.stands_still(at)
    page = admin.get("/jobs/").content.decode()
    assert "Close the day before" in panels(page)["The next night"] and "no day is closed by itself" not in page


def test_with_the_clock_off_it_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAINSTAY_NIGHTLY", "off")
    page = signed_in(world, "Admin Ko", Role.ADMINISTRATOR).get("/jobs/").content.decode()
    assert "Nothing is done by the clock" in page and "Nothing is planned." in page


def test_what_was_given_up_is_tried_again_once_under_the_name_of_who_pressed(world: World) -> None:
    admin = signed_in(world, "Admin Ko", Role.ADMINISTRATOR)
    given_up = job("backup", "backup@2020-02-04", "failed", attempts=6, error="No room.")
    answers = [admin.post("/jobs/", {"job": str(given_up.id)}) for _press in range(2)]
    assert [answer.status_code for answer in answers] == [302, 422]
    assert "somebody else had it tried again" in answers[1].content.decode()
    given_up.refresh_from_db()
    assert (given_up.state, given_up.attempts, given_up.error) == ("ready", 0, "")
    noted = Entry.objects.filter(verb="job.retry").values_list("actor__name", "purpose")
    assert list(noted) == [("Admin Ko", "backup@2020-02-04")]


def test_it_is_the_administrators(world: World) -> None:
    assert signed_in(world, "Head Gu", Role.COMMAND).get("/jobs/").status_code == 404


def test_every_kind_of_job_has_a_name_for_its_reader() -> None:
    queue.load_tasks()
    shipped = {kind for kind, task in queue.TASKS.items() if task.run.__module__.startswith("mainstay.")}
    assert shipped == set(KINDS) and len(shipped) >= 5
