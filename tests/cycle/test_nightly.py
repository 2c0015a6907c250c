"""By night the day before is closed by itself, once somebody has closed the first; what cannot be is seen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import F

from mainstay.cycle import tasks
from mainstay.cycle.models import Run
from mainstay.platform.clock import now
from mainstay.platform.errors import MainstayError
from tests.world import World

pytestmark = pytest.mark.django_db

# In Shanghai it is 00:30 on the 4th.
NIGHT = datetime(2020, 2, 3, 16, 30, tzinfo=UTC)


def planned(at: datetime) -> list[tuple[str, dict[str, str]]]:
    return [(job.key, job.payload) for job in tasks.plan(at)]


def ran(on: str) -> list[str]:
    tasks.nightly({"on": on}, lambda _step, _done, _of: None)
    return [str(day) for day in Run.objects.order_by("period_date").values_list("period_date", flat=True)]


def test_nothing_is_asked_for_before_somebody_closed_the_first_day(world: World) -> None:
    assert planned(NIGHT) == []
    assert ran("2020-02-03") == []
    world.cycle("2020-02-01")
    assert planned(NIGHT) == [("nightly@2020-02-03", {"on": "2020-02-03"})]
    assert planned(NIGHT - timedelta(seconds=1)) == [("nightly@2020-02-02", {"on": "2020-02-02"})]


def test_days_that_were_missed_are_closed_with_it_and_again_it_changes_nothing(world: World) -> None:
    world.cycle("2020-02-01")
    assert ran("2020-02-03") == ["2020-02-01", "2020-02-02", "2020-02-03"]
    assert ran("2020-02-02") == ["2020-02-01", "2020-02-02", "2020-02-03"]  # a later one is closed: nothing to do


def test_years_are_not_lived_through_unasked(world: World) -> None:
    world.cycle("2020-02-01")
    last = date(2020, 2, 1) + timedelta(days=tasks.MOST_DAYS + 1)
    with pytest.raises(MainstayError) as told:
        ran(last.isoformat())
    assert (told.value.code, told.value.exit_code) == ("nightly.too_far", 2)
    assert "mainstay replay --from 2020-02-02 --to 2020-03-04" in told.value.sentence
    assert Run.objects.count() == 1


def test_where_time_stands_still_far_back_no_night_is_asked_to_close_a_day(world: World) -> None:
    """A demonstration's last day was closed years after it; a server that was off for weeks closed its own in time."""
    world.cycle("2020-02-01")
    last = date(2020, 2, 1)

    def in_the_night_after(days: int) -> datetime:
        """That night's hour, so many days after the last that is closed."""
        return NIGHT + timedelta(days=days - 2)

    assert planned(in_the_night_after(2)) == [("nightly@2020-02-03", {"on": "2020-02-03"})]
    most = str(last + timedelta(days=tasks.MOST_DAYS))
    assert planned(in_the_night_after(tasks.MOST_DAYS)) == [(f"nightly@{most}", {"on": most})]  # it catches up
    assert tasks.stands_still(in_the_night_after(tasks.MOST_DAYS + 1))
    assert planned(in_the_night_after(tasks.MOST_DAYS + 1)) == planned(now()) == []
    # The same of an instance that lived then is asked for, and says why it cannot be done.
    Run.objects.update(started_at=F("moment_at"))
    later = str(last + timedelta(days=tasks.MOST_DAYS + 1))
    assert not tasks.stands_still(in_the_night_after(tasks.MOST_DAYS + 1))
    assert planned(in_the_night_after(tasks.MOST_DAYS + 1)) == [(f"nightly@{later}", {"on": later})]
