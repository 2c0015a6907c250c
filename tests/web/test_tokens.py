"""Contrast, reckoned from the tokens as WCAG 2 says, by day and by night."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "src" / "mainstay" / "web" / "static" / "css" / "tokens.css"
LIGHT, DARK = 0, 1
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
TOKENS = {name: (light, dark) for name, light, dark in PAIR.findall(CSS.read_text(encoding="utf-8"))}
# ink on what is read; least contrast; its grounds. Rounded to one place, as the look states them.
LEAST = [
    *((ink, 4.7, ground) for ink in ("ink", "ink2", "ink3") for ground in ("paper", "surface", "sunk", "act-soft")),
    *((ink, 4.9, "warn-soft") for ink in ("ink", "ink2")),
    *((ink, 6.4, "late-soft") for ink in ("ink", "ink2")),
    ("act", 8.1, "surface"),
    ("act", 6.8, "sunk"),
    ("on-act", 8.1, "act"),
    ("done", 5.6, "surface"),
    ("late", 6.4, "surface"),
    ("late", 5.3, "late-soft"),
    ("warn", 6.0, "warn-soft"),
    ("conf", 5.7, "conf-soft"),
    ("susp", 5.7, "susp-soft"),
    ("febr", 5.7, "febr-soft"),
    ("cont", 5.7, "cont-soft"),
    ("edge", 3.5, "surface"),
]
# Where night is dimmer than day: a link in the well, and on a chosen row.
AT_NIGHT = {("act", "sunk"): 7.4, ("act", "surface"): 8.4}


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_21_and_a_colour_on_itself_1():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#b0301c", "#b0301c") == 1


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "least", "ground"), LEAST)
def test_contrast_is_never_less_than_the_look_asks(ink: str, least: float, ground: str, scheme: int):
    if scheme == DARK:
        least = AT_NIGHT.get((ink, ground), least)
    assert round(contrast(TOKENS[ink][scheme], TOKENS[ground][scheme]), 1) >= least


def test_done_and_late_are_about_equally_bright_so_overdue_needs_its_own_shape():
    """Why a duty bar hatches what is overdue and draws it taller: by brightness alone nobody could tell."""
    for scheme in (LIGHT, DARK):
        assert contrast(TOKENS["done"][scheme], TOKENS["late"][scheme]) < 1.5
    bars = CSS.with_name("bars.css").read_text(encoding="utf-8")
    overdue = re.search(r"\.part\.overdue \{(.*?)\}", bars, re.DOTALL)[1]
    heights = [int(height) for height in re.findall(r"^  block-size: (\d+)px", bars, re.MULTILINE)[:2]]
    assert "repeating-linear-gradient" in overdue and heights[1] > heights[0]


def test_there_is_a_day_and_a_night_of_every_colour():
    names = "paper surface sunk ink ink2 ink3 line edge act act-soft on-act done due late late-soft warn warn-fill"
    names += " warn-soft conf conf-soft susp susp-soft febr febr-soft cont cont-soft m1 m2 m3"
    assert set(TOKENS) == set(names.split())
