"""Long work makes and drops so many objects that looking for circles among them takes a tenth of the time or more."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

THRESHOLD = 100_000


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for circles rarely, and never among what was there before."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(THRESHOLD, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
