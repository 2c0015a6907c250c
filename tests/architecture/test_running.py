"""What is run on one database only touches none: the rule that tells, over cases of every kind; and the order.

That a test without a mark or a fixture cannot reach the database is pytest-django's to hold: it refuses the query.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests import instances, running, warm


def item(
    *fixtures: str, marks: tuple[str, ...] = (), path: str = "tests/web/test_a.py", name: str = "test_a", **names: Any
) -> Any:
    """A test as pytest has collected it, with the names its module holds."""
    module = ModuleType("of_a_test")
    vars(module).update(names)
    return SimpleNamespace(
        fixturenames=list(fixtures),
        module=module,
        path=Path(path),
        name=name,
        get_closest_marker=lambda name: name if name in marks else None,
    )


ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "touching",
    [
        item("world", "db"),
        item("committed_world", "transactional_db"),
        item("page", "live_server"),
        item("told", "django_db_setup", "django_db_blocker"),
        item(marks=("django_db",)),
        item("korea", Instance=instances.Instance),  # by a process of its own
        item(Ours=instances.Instance),
        item("korea_taken_in"),
    ],
)
def test_what_may_touch_the_database_is_run_on_both(touching: Any) -> None:
    assert running.touches_database(touching)


def test_the_rest_is_left_out_on_the_second_only(monkeypatch: pytest.MonkeyPatch) -> None:
    pure, touching = item("tmp_path", marks=("parametrize",), Answer=instances.Answer), item("db")
    assert not running.touches_database(pure)
    monkeypatch.delenv(running.SECOND, raising=False)
    assert running.left_out([pure, touching]) == []
    monkeypatch.setenv(running.SECOND, "1")
    assert running.left_out([pure, touching]) == [pure]


def test_a_long_story_is_told_on_the_second_in_the_long_run_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(running.SECOND, "1")
    monkeypatch.delenv("MAINSTAY_SOAK", raising=False)
    story = item("committed_world", "db", path=f"/somewhere/{running.LONG_STORIES[0]}")
    assert running.left_out([story]) == [story]
    monkeypatch.setenv("MAINSTAY_SOAK", "1")
    assert running.left_out([story]) == []
    assert all((ROOT / file).is_file() for file in running.LONG_STORIES)


def test_a_page_in_a_browser_is_left_out_on_the_second_and_the_journey_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(running.SECOND, "1")
    shown = item("browser", "live_server", "db")
    gone = item("browser", "live_server", "db", path="tests/journeys/test_the_first_evening.py")
    assert running.left_out([shown, gone]) == [shown]


def test_on_the_second_the_journey_is_gone_in_one_language_but_for_the_long_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(running.SECOND, "1")
    monkeypatch.delenv("MAINSTAY_SOAK", raising=False)
    path = "tests/journeys/test_the_first_evening.py"
    english, chinese = (item("db", path=path, name=f"test_the_first_evening[{one}]") for one in ("en", "zh-hans"))
    assert running.left_out([english, chinese]) == [english]
    monkeypatch.setenv("MAINSTAY_SOAK", "1")
    assert running.left_out([english, chinese]) == []


def test_a_query_of_a_test_that_asked_for_no_database_is_refused() -> None:
    from django.db import connection

    with pytest.raises(RuntimeError, match="Database access not allowed"):
        connection.cursor()


def test_the_longest_files_come_first_and_are_there() -> None:
    short, *longest = (ROOT / name for name in ("tests/people/test_home.py", *running.LONGEST))
    assert sorted([short, *reversed(longest)], key=lambda path: running.rank(path, ROOT)) == [*longest, short]
    assert [path for path in longest if not path.is_file()] == []


@pytest.mark.skipif(not warm.POSSIBLE, reason="commands are started anew here")
def test_a_command_that_does_not_end_is_no_kill_that_a_test_asked_for(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run(["demo", "--no-serve"], {"MAINSTAY_HOME": str(tmp_path / "home")}, 0.5)
