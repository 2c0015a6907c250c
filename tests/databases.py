"""Which tests touch the database: the others are run on one of the two, and not again on the second.

Nobody keeps a list of them. pytest-django refuses every query of a test that does not ask for the database by a
mark or a fixture, so what does not ask cannot touch it in this process; and other processes that do are started
through `tests.instances`, which the test's module then names.
"""

from __future__ import annotations

import os
from typing import Any

from tests.instances import Instance

# Set for the second database, where everything has been run on the first.
SECOND = "MAINSTAY_TEST_SECOND"
FIXTURES = {
    "db",
    "transactional_db",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
    "django_db_setup",  # whoever lifts the refusal by hand needs the tables first
    "live_server",
    "admin_user",
    "admin_client",
}


def touches_database(item: Any) -> bool:
    """Whether a test may come to touch the database: by its marks, its fixtures or its module's instances."""
    if item.get_closest_marker("django_db") or FIXTURES.intersection(item.fixturenames):
        return True
    return any(value is Instance for value in vars(item.module).values())


def left_out(items: list[Any]) -> list[Any]:
    """What this run need not repeat."""
    return [item for item in items if not touches_database(item)] if os.environ.get(SECOND) else []
