"""What a page answers with: its policy, its words for what went wrong, its languages, its files."""

from __future__ import annotations

import logging
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client, RequestFactory

from mainstay.web.failures import failed
from mainstay.web.static_files import Stamped
from tests.web.pages import PAGES


@pytest.fixture
def browser_of_somebody() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_bears_the_strict_policy(browser_of_somebody: Client, name: str):
    answer = browser_of_somebody.get(PAGES[name])
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["X-Frame-Options"] == "DENY"


def test_what_is_not_there_and_what_is_not_ones_own_read_the_same(browser_of_somebody: Client):
    from django.views.defaults import permission_denied

    missing = browser_of_somebody.get("/nowhere/")
    refused = permission_denied(RequestFactory().get("/nowhere/"), exception=PermissionError())
    assert (missing.status_code, refused.status_code) == (404, 403)
    assert missing.content.strip() == refused.content.strip()
    assert "There is no such page, or it isn’t yours to see." in missing.content.decode()


def test_a_failure_gives_the_person_a_number_and_the_operators_the_cause(browser_of_somebody: Client, caplog):
    with caplog.at_level(logging.ERROR, logger="mainstay.web"):
        answer = browser_of_somebody.get("/components/broken/")
    assert answer.status_code == 500
    number = re.search(r"E-[0-9A-F]{6}", answer.content.decode())[0]
    told = [record for record in caplog.records if record.name == "mainstay.web"]
    assert number in told[0].getMessage() and "broken on purpose" in str(told[0].exc_info[1])
    assert "broken on purpose" not in answer.content.decode()


def test_the_page_of_a_failure_needs_nothing_that_may_have_failed():
    assert failed(RequestFactory().get("/")).status_code == 500


def test_a_form_without_its_token_is_refused_in_words():
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/language/", {"language": "zh-hans"})
    assert answer.status_code == 403 and "This form could not be sent." in answer.content.decode()


def test_an_ended_session_says_what_is_kept_for_whom(browser_of_somebody: Client):
    answer = browser_of_somebody.get("/components/ended/")
    assert answer.status_code == 403
    assert "Kept for Sun Yi-04: interview of Zhao Yi-22, 14 answers, last 14:09" in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "lang", "word"),
    [
        ("en-GB", "en", "Today"),
        ("fr", "en", "Today"),
        ("zh-CN", "zh-Hans", "今日总览"),
        ("zh-TW", "zh-Hant", "今日總覽"),
        ("zh-HK", "zh-Hant", "今日總覽"),
    ],
)
def test_a_browser_is_answered_in_its_language(browser_of_somebody: Client, asked: str, lang: str, word: str):
    said = browser_of_somebody.get("/components/", headers={"accept-language": asked}).content.decode()
    assert f'<html lang="{lang}">' in said and word in said


def test_the_choice_of_a_language_counts_more_and_leads_back(browser_of_somebody: Client):
    chosen = browser_of_somebody.post("/language/", {"language": "zh-hant", "next": "/components/past/"})
    assert (chosen.status_code, chosen.headers["Location"]) == (302, "/components/past/")
    said = browser_of_somebody.get("/components/", headers={"accept-language": "en"}).content.decode()
    assert '<html lang="zh-Hant">' in said
    elsewhere = browser_of_somebody.post("/language/", {"language": "en", "next": "https://example.test/"})
    assert elsewhere.headers["Location"] == "/", "a link must not lead out by our door"


def test_names_are_escaped_once_wherever_a_component_puts_them(browser_of_somebody: Client):
    said = browser_of_somebody.get("/components/").content.decode()
    hostile = said[said.index('id="hostile"') :]
    assert "<script" not in hostile and "&amp;lt;" not in hostile
    assert hostile.count("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;") == 4


def test_an_address_of_a_file_changes_with_its_content():
    first = Stamped().url("css/tokens.css")
    assert re.fullmatch(r"/static/css/tokens\.css\?[0-9a-f]{12}", first)
    assert first != Stamped().url("css/base.css").replace("base", "tokens")
    assert Stamped().url("not-there.css") == "/static/not-there.css"


def test_every_file_that_a_page_asks_for_is_there(browser_of_somebody: Client):
    said = browser_of_somebody.get("/components/").content.decode()
    asked = {address.split("?")[0].split("#")[0] for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', said)}
    assert len(asked) > 12
    assert [address for address in asked if finders.find(address.removeprefix(settings.STATIC_URL)) is None] == []
