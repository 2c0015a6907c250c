"""The pages that the tests of the look walk over and that pictures are taken of. A new page adds its line here."""

from __future__ import annotations

# name -> address. Each is opened in three languages, light and dark, on a desk and on a phone.
PAGES: dict[str, str] = {
    "components": "/components/",
    "another-time": "/components/past/",
    "beginning": "/components/beginning/",
    "session-ended": "/components/ended/",
    "not-found": "/nowhere/",
}
# Those whose pictures are kept in docs/pictures.
IN_THE_DOCUMENTS = ("components", "another-time")
LANGUAGES = ("en", "zh-hans", "zh-hant")
SCHEMES = ("light", "dark")
DESK, PHONE = (1440, 900), (390, 844)
