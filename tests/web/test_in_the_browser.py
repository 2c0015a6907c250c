"""The look, as a browser sees it: nothing axe objects to, nothing wider than the screen, all of it within reach."""

from __future__ import annotations

import os

import pytest

from scripts.browser import chinese_font_folders
from tests.browser import AXE, RULES, VIOLATIONS, followed, until
from tests.web.pages import DESK, LANGUAGES, PAGES, PHONE

OTHERS = list(zip([name for name in PAGES if name != "components"], [*LANGUAGES, "en"], strict=True))
# 720 is a desk of 1440 at 200 % zoom, 320 is one of 1280 at 400 %.
WIDTHS = (320, 360, 390, 720, 768, 899, 1024, 1359, 1440)
PRESSED = "a.button, button, select, input, textarea, .chip, .tabs > *, .rail a"
TOO_SMALL = """([pressed, least]) => [...document.querySelectorAll(pressed)]
  .filter((element) => element.checkVisibility({visibilityProperty: true}) && element.type !== "hidden")
  .map((element) => element.closest("label") || element)
  .filter((element) => element.getBoundingClientRect().height < least - 0.5)
  .map((element) => `${element.outerHTML.slice(0, 90)}: ${element.getBoundingClientRect().height}`)"""
SMALLEST_TYPE = """() => Math.min(...[...document.querySelectorAll("body *")]
  .filter((element) => element.checkVisibility() && element.tagName !== "KBD")
  .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .map((element) => parseFloat(getComputedStyle(element).fontSize)))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, (1024, 768), PHONE], ids=["desk", "small desk", "phone"])
def test_axe_finds_nothing_in_the_gallery(open_page, site, scheme, size):
    page = open_page(f"{site}/components/", scheme=scheme, size=size)
    page.evaluate(AXE)
    assert page.evaluate(VIOLATIONS, RULES) == []


@pytest.mark.parametrize(("name", "language"), OTHERS)
def test_axe_finds_nothing_in_the_other_pages(open_page, site, name, language):
    page = open_page(site + PAGES[name], language=language, scheme="dark")
    page.evaluate(AXE)
    assert page.evaluate(VIOLATIONS, RULES) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_screen(open_page, site, name, language):
    page = open_page(site + PAGES[name], language=language)
    wider = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        seen = page.evaluate("document.documentElement.scrollWidth")
        if seen > width:
            wider[width] = seen
    assert wider == {}


def test_on_a_phone_whatever_is_pressed_is_44_px_high(open_page, site):
    page = open_page(f"{site}/components/", size=PHONE, touch=True)
    assert page.evaluate(TOO_SMALL, [PRESSED, 44]) == []
    page.click(".tabs button")
    assert page.evaluate(TOO_SMALL, [PRESSED, 44]) == []


def test_on_a_desk_whatever_is_pressed_is_24_px_high(page):
    assert page.evaluate(TOO_SMALL, [PRESSED, 24]) == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_type_is_smaller_than_12_and_a_half(open_page, site, size):
    assert open_page(f"{site}/components/", size=size).evaluate(SMALLEST_TYPE) >= 12.5


# --- the shell ----------------------------------------------------------------------------------------------


def test_on_a_desk_bar_and_rail_have_their_measures(page):
    assert page.locator(".bar").bounding_box()["height"] == 52
    assert page.locator(".rail").bounding_box()["width"] == 192
    heights = {row.bounding_box()["height"] for row in page.locator("table.listed tbody tr").all()}
    # A border between the rows is counted with one of them.
    assert all(30 <= height <= 31 for height in heights), heights


def test_the_rail_shrinks_to_icons_and_gives_the_name_on_focus(open_page, site):
    page = open_page(f"{site}/components/", size=(1024, 768))
    link = page.locator(".rail a").nth(1)
    assert page.locator(".bar").bounding_box()["height"] == 52
    assert page.locator(".rail").bounding_box()["width"] == 56
    assert link.locator(".name").evaluate("name => getComputedStyle(name).opacity") == "0"
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert link.locator(".name").evaluate("name => getComputedStyle(name).opacity") == "1"
    assert page.get_by_role("link", name="Tracing").count() == 1, "and for who listens it is always there"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_on_a_phone_five_tabs_and_the_rail_behind_the_last(open_page, site, scripts):
    page = open_page(f"{site}/components/", size=PHONE, scripts=scripts)
    assert page.locator(".tabs > *").all_inner_texts() == ["Today", "Duties", "Find", "Decisions", "More"]
    assert not page.locator(".rail").is_visible()
    page.click(".tabs button")
    assert page.locator(".rail").is_visible()
    assert page.locator(".rail a").count() == 23
    page.click(".rail .close button")
    assert not page.locator(".rail").is_visible()


def test_the_first_stop_of_the_keyboard_skips_to_the_content(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_what_has_the_focus_shows_a_ring_of_3_px(page):
    for _ in range(3):
        page.keyboard.press("Tab")
    ring = page.evaluate(
        "(({outlineStyle, outlineWidth, outlineOffset}) => [outlineStyle, outlineWidth, outlineOffset])"
        "(getComputedStyle(document.activeElement))"
    )
    assert ring == ["solid", "3px", "2px"]


def test_a_stroke_goes_to_find_but_not_while_somebody_types(page):
    page.keyboard.press("/")
    assert until(page, "document.activeElement.id === 'find'")
    page.keyboard.press("/")
    assert page.locator("#find").input_value() == "/"


def test_the_language_is_chosen_and_kept(open_page, site):
    page = open_page(f"{site}/components/")
    followed(page, page.locator(".bar .languages button:has-text('繁體')"))
    assert page.locator("html").get_attribute("lang") == "zh-Hant"
    page.goto(f"{site}/components/past/")
    assert page.locator(".past b").first.inner_text() == "非實時。"
    assert page.locator(".bar .languages button").all_inner_texts() == ["English", "简体"]


def test_another_time_cannot_be_taken_for_now(open_page, site):
    page = open_page(f"{site}/components/past/")
    assert "Nothing can be entered or decided here." in page.locator(".past").inner_text()
    assert page.locator(".rail .waiting").count() == 0, "what waits now is no number of that day"
    assert page.get_by_role("link", name="Add a case").count() == 0
    assert page.locator(".decision .button").count() == 0
    assert page.get_by_role("link", name="Print").count() == 1


# --- bars, motion, paper, letters ---------------------------------------------------------------------------


def test_the_smallest_part_of_a_bar_is_still_seen(page):
    narrowest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('.part.overdue, .part.missed')].map(p => p.offsetWidth))"
    )
    taller = page.evaluate(
        "document.querySelector('td .part.overdue').offsetHeight > document.querySelector('td .part.done').offsetHeight"
    )
    assert narrowest >= 5 and taller


def test_nothing_moves_when_no_motion_is_wanted(page):
    moving = (
        "[...document.querySelectorAll('*')].filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0).length"
    )
    assert page.evaluate(moving) == 0


def test_paper_has_no_navigation_and_says_as_of_when(page):
    page.emulate_media(media="print")
    for gone in (".bar", ".rail", ".tabs", ".page-head .actions", ".purpose"):
        assert not page.locator(gone).first.is_visible(), gone
    assert "As of Fri 14 Feb 14:40, known at 14:40" in page.locator(".print-foot").inner_text()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_our_typeface_is_loaded_and_latin_is_set_in_it(page):
    until(page, "document.fonts.status === 'loaded'")
    assert page.evaluate("[...document.fonts].filter(font => font.status === 'loaded').length") >= 1
    assert page.evaluate("document.fonts.check('15px \"Source Sans 3\"')")


def test_chinese_is_drawn_by_a_typeface_that_has_it(open_page, site):
    """Letters that a typeface lacks all look alike: as an empty box."""
    page = open_page(f"{site}/components/", language="zh-hans")
    page.evaluate(
        "document.querySelector('.main').replaceChildren(...['病', '例', '喆', '堃'].map(letter => "
        "Object.assign(document.createElement('h1'), {textContent: letter})))"
    )
    drawn = {heading.screenshot() for heading in page.locator("h1").all()}
    if len(drawn) < 4 and not chinese_font_folders() and os.environ.get("CI") != "true":
        pytest.skip("this system has no typeface for Chinese, nor is the package manimgx-fonts-cjk installed")
    assert len(drawn) == 4


def test_a_script_in_a_name_is_text(page):
    assert page.locator("#hostile script").count() == 0
    assert "<script>alert(1)</script>" in page.locator("#hostile").text_content()


def test_the_policy_refuses_what_a_page_must_not_have(browser, site):
    """Beside the fixtures, because here the browser is meant to complain."""
    context = browser.new_context()
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{site}/components/")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
    )
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    assert page.evaluate("window.ran") is None
    assert page.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
    assert sum("Content Security Policy" in one for one in said) >= 2
    context.close()
