"""A worker in a process of its own, to be killed: every job writes one line into the ledger, in its last transaction.

python -m tests.platform.job_worker DATABASE SECONDS_OF_WORK LEASE_SECONDS
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

EFFECT = "counted"


def main(database: str, work: float, lease: float) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "mainstay.web.settings"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database  # the tests' own
    django.setup()
    from mainstay.platform import jobs, ledger
    from mainstay.platform.clock import now
    from mainstay.platform.models import Job

    by = ledger.actor("worker", "system")

    @jobs.task("count")
    def count(payload: dict[str, Any], tell: jobs.Tell) -> Callable[[], None]:
        time.sleep(work)
        tell("counts", 1, 1)
        return lambda: ledger.note(by=by, at=now(), verb=EFFECT, source=str(payload["number"])) and None

    def nothing_left() -> bool:
        return not Job.objects.exclude(state__in=("done", "failed")).exists()

    jobs.work(nothing_left, pause=0.05, length=timedelta(seconds=lease), told=lambda _job, _state: None)


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:]))
