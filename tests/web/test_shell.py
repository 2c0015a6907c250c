"""What stands around a page: only what somebody may open, and nothing of now on a page of another day."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from django.urls import path

from mainstay.web.shell import ENTRIES, Account, Moment, Shell, context, shell

urlpatterns = [path("beds/", lambda request: None, name="beds")]


def titles(made: Shell) -> dict[str, list[str]]:
    return {group.key: [link.key for link in group.links] for group in made.groups}


def test_the_rail_shows_only_the_pages_it_is_given_in_the_order_of_the_look():
    made = shell(entries=["beds", "today", "line-list"], active="beds")
    assert titles(made) == {"lead": ["today"], "treat": ["line-list", "beds"]}
    assert [link.key for group in made.groups for link in group.links if link.active] == ["beds"]
    assert [link.key for link in made.tabs] == ["today"]


def test_a_whole_rail_has_four_groups_and_23_pages():
    made = shell(entries=[entry.key for entry in ENTRIES if entry.group != "begin"])
    assert {key: len(links) for key, links in titles(made).items()} == {"lead": 6, "treat": 6, "city": 5, "account": 6}
    assert 6 + 6 + 5 + 6 == 23


def test_a_new_instance_shows_five_pages_under_no_heading():
    made = shell(entries=["start", "list", "who-to-call", "tonight", "files"])
    assert [group.title for group in made.groups] == [""] and len(made.groups[0].links) == 5


def test_a_phone_has_the_looks_tabs_or_else_the_first_pages_of_the_rail():
    command = shell(entries=["decisions", "line-list", "today"])
    beginner = shell(entries=["start", "list", "who-to-call", "tonight", "files"])
    assert [link.key for link in command.tabs] == ["today", "decisions"]
    caller = shell(entries=["who-to-call", "today", "duties"])
    assert [link.key for link in caller.tabs] == ["today", "duties", "who-to-call"]
    assert [link.key for link in beginner.tabs] == ["start", "list", "who-to-call"]


def test_a_page_that_does_not_exist_is_refused_by_name():
    with pytest.raises(ValueError, match="no page is called weather"):
        shell(entries=["today", "weather"])


def test_what_waits_is_counted_now_and_left_out_of_another_time():
    now = shell(entries=["decisions"], waiting={"decisions": 6}, moment=Moment("14:40", "14:40"))
    then = shell(entries=["decisions"], waiting={"decisions": 6}, moment=Moment("13 Feb", "14 Feb", live=False))
    assert (now.groups[0].links[0].waiting, then.groups[0].links[0].waiting) == (6, 0)
    assert (now.live, then.live, Shell().live) == (True, False, True)


@pytest.mark.urls(__name__)
def test_an_entry_leads_to_the_page_of_its_name_and_nowhere_before_there_is_one():
    made = shell(entries=["beds", "sites"])
    assert {link.key: link.url for link in made.groups[0].links} == {"beds": "/beds/", "sites": ""}


def test_templates_get_the_shell_of_the_request_or_an_empty_one():
    request = RequestFactory().get("/")
    assert context(request)["shell"] == Shell()
    request.shell = shell(entries=["today"], account=Account("Sun Yi-04"))
    assert context(request)["shell"].account.name == "Sun Yi-04"
