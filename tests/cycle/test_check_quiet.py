"""What the check prints is the check's: DuckDB draws no progress between it."""

from __future__ import annotations

import os
import subprocess
import sys

BEGUN_BY_HAND = """
import django
django.setup()
from mainstay.cycle.check.arrow import warehouse
with warehouse() as duck:
    for reader in (duck, duck.cursor()):
        print(reader.execute("SELECT current_setting('enable_progress_bar')").fetchall()[0][0])
"""


def test_begun_by_hand_it_draws_nothing() -> None:
    """`python -c`, a notebook: there DuckDB takes whoever began it for somebody who watches."""
    done = subprocess.run(
        [sys.executable, "-c", BEGUN_BY_HAND],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "mainstay.web.settings"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout.split(), done.returncode) == (["False", "False"], 0), done.stderr
