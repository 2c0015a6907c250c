"""A program looks at the queue and has a job tried again, as the page of jobs does."""

from __future__ import annotations

from mainstay.accounts.rules import Role
from mainstay.platform.models import Entry, Job
from tests.platform.test_job_page import job
from tests.web.program import program, refusal, send
from tests.world import World


def test_what_was_given_up_is_tried_again_once(world: World) -> None:
    failed = job("nightly", "nightly@2020-02-03", "failed", attempts=1, error="The last closed day is too long ago.")
    job("backup", "backup@2020-02-04", "done")
    client = program(world, Role.ADMINISTRATOR)
    told = client.get("/api/v1/jobs?state=failed").json()["items"]
    assert [(one["key"], one["error"]) for one in told] == [(failed.key, "The last closed day is too long ago.")]
    assert len(client.get("/api/v1/jobs").json()["items"]) == 2
    again = send(client, f"/jobs/{failed.id}/again", {}).json()
    assert (again["state"], again["attempts"], again["error"]) == ("ready", 0, "")
    assert Entry.objects.filter(verb="job.retry", purpose=failed.key).count() == 1
    assert refusal(send(client, f"/jobs/{failed.id}/again", {})) == (409, "job.unknown")
    assert Job.objects.get(id=failed.id).state == "ready"
    assert refusal(client.get("/api/v1/jobs?state=lost")) == (422, "request.invalid")
