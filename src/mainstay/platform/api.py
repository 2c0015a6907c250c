"""Operations on the queue of jobs: what waits, runs and was given up, and to try that again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from mainstay.accounts.rules import Permission
from mainstay.platform import jobs as queue
from mainstay.platform.errors import MainstayError
from mainstay.platform.pages.jobs import NOT_GIVEN_UP
from mainstay.platform.queries import list_jobs
from mainstay.web.api.doors import operation
from mainstay.web.api.problems import Problem
from mainstay.web.api.words import Asked, Told

router = Router(tags=["jobs"])
SHOWN = 200


class JobTold(Told):
    """A job as it stands."""

    id: UUID
    kind: str
    key: str
    state: Literal["ready", "running", "done", "failed"] = Field(description="`failed`: given up until tried again.")
    due_at: datetime
    attempts: int
    error: str = Field(description="Why it failed the last time; empty where it did not.")
    asked_at: datetime
    ended_at: datetime | None


class Jobs(Told):
    items: list[JobTold] = Field(description=f"The latest due first, at most {SHOWN}.")


class JobsAsked(Asked):
    state: Literal["ready", "running", "done", "failed"] | None = None


@operation(router, "GET", "/jobs", Permission.MANAGE_ACCOUNTS, answer=Jobs)
def jobs_of_the_queue(request: Any, asked: Query[JobsAsked]) -> Any:
    """Jobs of one state, or of all."""
    return {"items": list_jobs(asked.state, SHOWN)}


@operation(router, "POST", "/jobs/{job}/again", Permission.MANAGE_ACCOUNTS, answer=JobTold)
def try_a_job_again(request: Any, job: UUID) -> Any:
    """Have a job that was given up tried again from now on."""
    try:
        return queue.retry(str(job), by=request.by, at=request.at)
    except MainstayError as error:
        raise Problem(409, error.code, str(NOT_GIVEN_UP)) from error
