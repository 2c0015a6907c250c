"""Where and in which order tests are run: once what touches no database, first what takes long.

Nobody keeps a list of what touches none. pytest-django refuses every query of a test that does not ask for the
database by a mark or a fixture, so what does not ask cannot touch it in this process; and other processes that do
are started through `tests.instances`, which the test's module then names.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.instances import Instance

# Set for the second database, where everything has been run on the first.
SECOND = "MAINSTAY_TEST_SECOND"
JOURNEYS = "journeys"
FIXTURES = {
    "db",
    "transactional_db",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
    "django_db_setup",  # whoever lifts the refusal by hand needs the tables first
    "live_server",
    "admin_user",
    "admin_client",
    "korea_taken_in",  # an instance that tests/conftest.py makes
}


def touches_database(item: Any) -> bool:
    """Whether a test may come to touch the database: by its marks, its fixtures or its module's instances."""
    if item.get_closest_marker("django_db") or FIXTURES.intersection(item.fixturenames):
        return True
    return any(value is Instance for value in vars(item.module).values())


# Long stories of rules, whose statements shorter tests ask of both databases: on the second in the long run only.
LONG_STORIES = (
    "tests/cycle/test_check_twin.py",
    "tests/cycle/test_edition_change.py",
    "tests/cycle/test_every_word_broken.py",
    "tests/cycle/test_generated_histories.py",
    "tests/cycle/test_local_edition.py",
    "tests/cycle/test_same_under_other_keys.py",
    "tests/cycle/test_undated_contacts.py",
    "tests/intake/test_pages_junk.py",
    "tests/reports/test_indicator_histories.py",
    "tests/reports/test_indicators_mers_korea.py",
    "tests/reports/test_reconciliation_histories.py",
)


def left_out(items: list[Any]) -> list[Any]:
    """What this run need not repeat."""
    if not os.environ.get(SECOND):
        return []
    return [
        item
        for item in items
        if not touches_database(item) or only_shows(item) or is_long_story(item) or is_other_language(item)
    ]


def is_other_language(item: Any) -> bool:
    """The journey is gone in two languages; on the second database, but for the long run, in one of them."""
    return not os.environ.get("MAINSTAY_SOAK") and JOURNEYS in item.path.parts and item.name.endswith("[en]")


def is_long_story(item: Any) -> bool:
    return not os.environ.get("MAINSTAY_SOAK") and item.path.as_posix().endswith(LONG_STORIES)


def only_shows(item: Any) -> bool:
    """A page in a browser looks alike on either database: what it reads and writes is tried on both without one.

    The journey is gone on both: that in English on the first, that in Chinese on either.
    """
    return "browser" in item.fixturenames and JOURNEYS not in item.path.parts


# They begin first, the longest of all at the head: a worker that took one up last would end long after the other.
LONGEST = (
    "tests/cycle/test_kills.py",
    "tests/cycle/test_mers_korea.py",
    "tests/cycle/test_generated_histories.py",
    "tests/architecture/test_worked_examples.py",
    "tests/cycle/test_every_word_broken.py",
    "tests/cycle/test_check_twin.py",
    "tests/cycle/test_line_lists.py",
    "tests/platform/test_backup.py",
    "tests/reports/test_hubei.py",
    "tests/cycle/test_edition_change.py",
    "tests/reports/test_indicator_histories.py",
    "tests/cycle/test_check_ledger.py",
    "tests/cycle/test_check_digest.py",
    "tests/intake/test_real_data.py",
    "tests/web/test_in_the_browser.py",
    "tests/city/test_demo.py",
)


def rank(path: Path, root: Path) -> int:
    """The place of a test's file among the longest; all others, in their order, come after these."""
    file = path.relative_to(root).as_posix()
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)
