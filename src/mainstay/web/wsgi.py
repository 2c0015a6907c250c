"""What a web server calls."""

from __future__ import annotations

import os
import threading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainstay.web.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()


def _read_ahead() -> None:
    """The dictionary of readings takes half a second to load, for which the first who searches need not wait."""
    from mainstay.people.rules.sound import readings

    readings("王")


threading.Thread(target=_read_ahead, daemon=True).start()
