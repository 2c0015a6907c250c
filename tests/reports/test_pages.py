"""The report as pages: the same figures as the command's, rows behind each, and no failure whatever is asked."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mainstay.accounts import services as accounts
from mainstay.accounts.models import Look
from mainstay.accounts.rules import WHOLE_CITY, Area, Jurisdiction, Role
from mainstay.places.models import Place
from mainstay.platform import ledger
from mainstay.platform.clock import now
from mainstay.platform.models import Seal
from mainstay.reports.kinds import KINDS, kind_name
from mainstay.reports.queries.situation import FIGURE_ROWS, situation
from mainstay.reports.rules.chart import DAY, FEWEST_DAYS, HIGH, bars
from mainstay.reports.rules.situation import text
from tests.reports.situation_stories import counted, described, why
from tests.world import World

pytestmark = pytest.mark.django_db
ON = date(2020, 2, 10)


def signed_in(world: World, role: Role, jurisdiction: Jurisdiction = WHOLE_CITY, language: str = "en") -> Client:
    account = accounts.open_account(username="reader", name="Reader", by=world.by, at=now())
    accounts.give_role(account=account, role=role, jurisdiction=jurisdiction, by=world.by, at=now())
    client = Client(headers={"accept-language": language})
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def read(client: Client, address: str, status: int = 200) -> str:
    """What a page says, without its tags."""
    reply = client.get(address)
    assert reply.status_code == status, address
    said = re.sub(r"<[^>]+>", " ", reply.content.decode())
    return re.sub(r"\s+", " ", said)


# --- the report -----------------------------------------------------------------------------------------


def test_the_page_says_what_the_query_says(known: World) -> None:
    page = read(signed_in(known, Role.AUDITOR), "/report/?on=2020-02-10")
    found = situation(on=ON)
    for figure in found.figures:
        assert figure.definition in page
    for missing in found.unknowns:
        assert missing.sentence in page
    assert "Confirmed, cumulative 30" in page and "Deaths, cumulative 2 +2" in page
    assert f"known at seal {found.known_at}" in page


def test_rt_stands_with_its_interval_its_day_and_its_serial_interval(known: World) -> None:
    page = read(signed_in(known, Role.AUDITOR), "/report/?on=2020-02-10")
    row = situation(on=ON).course.last_rt()
    assert row is not None and row["status"] == "estimate"
    assert f"{row['mean']:.2f} 95 % interval {row['q025']:.2f}–{row['q975']:.2f}" in page
    assert "Cowling" in page


def test_what_only_the_prior_says_is_no_finding(known: World) -> None:
    """A month after the last case the last windows are the prior alone: the last finding is shown, by its own day."""
    on = ON + timedelta(days=28)
    found = situation(on=on)
    assert found.course.rt is not None
    last = found.course.rt.rows[-1]
    assert last.status == "prior_only" and last.mean is not None
    row = found.course.last_rt()
    assert row is not None and row["cases"] >= 10
    page = read(signed_in(known, Role.AUDITOR), f"/report/?on={on}")
    assert f"{row['mean']:.2f} 95 %" in page and f"{last.mean:.2f} 95 %" not in page
    assert "of it nothing can be said" in page
    assert f"{last.mean:.2f} (" not in text(found)


def test_every_series_note_has_its_explanation_or_says_that_it_has_none(world: World) -> None:
    described(world, why("2020-02-09", "fall", "Two were counted twice.", measure="confirmed"))
    counted(world, "2020-02-08", 100, cured=9)
    counted(world, "2020-02-09", 98, cured=8)
    ledger.seal(at=world.at)
    page = read(signed_in(world, Role.AUDITOR), "/report/?on=2020-02-10")
    assert "confirmed fell from 100 to 98 Two were counted twice." in page
    assert "cured fell from 9 to 8 not explained" in page


def test_duties_stand_as_bars_that_say_their_numbers(world: World) -> None:
    world.classified("Gao", "confirmed", "2020-02-08")
    world.cycle("2020-02-08")
    world.cycle("2020-02-10")
    ledger.seal(at=world.at)
    client = signed_in(world, Role.AUDITOR)
    html = client.get("/report/?on=2020-02-10").content.decode()
    coverage = situation(on=ON).coverage
    assert html.count('class="bar-parts"') == len(coverage) > 0
    for line in coverage:
        assert kind_name(line.kind) in html
        in_time = line.should - line.done - line.overdue - line.missed - line.excused
        assert in_time >= 0


def test_every_kind_of_the_editions_has_its_name() -> None:
    editions = (Path(__file__).resolve().parents[2] / "src" / "mainstay" / "protocols").glob("*.toml")
    kinds = {kind for path in editions for kind in re.findall(r'\bkind = "(\w+)"', path.read_text(encoding="utf-8"))}
    assert kinds and kinds <= set(KINDS)


def test_an_empty_instance_has_a_page_of_what_is_not_known(world: World) -> None:
    client = signed_in(world, Role.AUDITOR)
    for address in ("/report/", "/tonight/"):
        page = read(client, address)
        assert "No case and no count is known up to this day." in page


def test_a_day_that_is_over_is_shown_as_not_live(known: World) -> None:
    client = signed_in(known, Role.AUDITOR)
    assert "not live" in read(client, "/report/?on=2020-02-10")
    assert "Not live." not in read(client, "/report/")


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant"])
def test_in_chinese_no_english_sentence_is_left(known: World, language: str) -> None:
    client = signed_in(known, Role.AUDITOR, language=language)
    figure = "confirmed_cumulative"
    for address in (
        "/report/?on=2020-02-10",
        "/tonight/?on=2020-02-10",
        f"/report/rows/?on=2020-02-10&figure={figure}",
    ):
        main = client.get(address).content.decode().split("<main")[1].split("</main>")[0]
        said = re.sub(r"<[^>]+>|Cowling.*?recalled\)|assumed for mers", "\n", main)
        assert re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,}", said) == []


# --- the rows -------------------------------------------------------------------------------------------


def test_who_may_see_people_sees_the_rows_and_it_is_recorded(known: World) -> None:
    client = signed_in(known, Role.EPIDEMIOLOGIST)
    page = read(client, "/report/rows/?figure=deaths_cumulative&on=2020-02-10")
    assert all(known.people[f"Person {n}"].hex[-8:] in page for n in (3, 4))
    assert known.people["Person 5"].hex[-8:] not in page
    look = Look.objects.get()
    assert (look.page, look.count) == ("report_rows", 2)
    assert look.listed == b"".join(one.bytes for one in sorted(known.people[f"Person {n}"] for n in (3, 4)))


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TRACER])
def test_who_may_not_see_the_citys_people_sees_how_many(known: World, role: Role) -> None:
    """The auditor sees no people, the tracer those of one community."""
    part = Jurisdiction(Area.COMMUNITY, Place.objects.get(code="c1").id)
    client = signed_in(known, role, WHOLE_CITY if role is Role.AUDITOR else part)
    page = read(client, "/report/rows/?figure=deaths_cumulative&on=2020-02-10")
    assert "These rows are people." in page and "2 rows" in page
    assert not any(str(one) in page for one in known.people.values())
    assert not Look.objects.exists()


def test_published_counts_are_about_nobody_and_open_to_all(world: World) -> None:
    described(world)
    counted(world, "2020-02-10", 200, 20, 4, place_name="Lake City")
    ledger.seal(at=world.at)
    page = read(signed_in(world, Role.AUDITOR), "/report/rows/?figure=active_current&on=2020-02-10")
    assert all(f"Lake City {measure}" in page for measure in ("confirmed", "cured", "deaths"))
    assert "3 rows" in page and not Look.objects.exists()


def test_many_rows_come_page_by_page_and_only_those_shown_are_looked_at(known: World) -> None:
    for n in range(80):
        known.classified(f"More {n}", "confirmed", "2020-02-10")
    ledger.seal(at=known.at)
    client, seen = signed_in(known, Role.EPIDEMIOLOGIST), []
    address = "/report/rows/?figure=confirmed_cumulative&on=2020-02-10"
    for start, length in ((0, 100), (100, 30 + 80 - 100), (999_999_999, 0)):
        html = client.get(f"{address}&start={start}").content.decode()
        seen += [one for one in known.people.values() if str(one) in html]
        assert (re.search(r'href="\?[^"]*start=100"', html) is not None) is (start == 0)
        assert len(seen) == len(set(seen)) == min(110, start + length)
    assert sorted(Look.objects.values_list("count", flat=True)) == [10, 100]


def test_every_figure_of_the_page_leads_to_its_rows(known: World) -> None:
    client = signed_in(known, Role.EPIDEMIOLOGIST)
    html = client.get("/report/?on=2020-02-10").content.decode()
    links = [one.replace("&amp;", "&") for one in re.findall(r'href="(/report/rows/[^"]+)"', html)]
    values = [figure for figure in situation(on=ON).figures if figure.value is not None]
    assert links == [figure.rows_url for figure in values]
    for figure, link in zip(values, links, strict=True):
        assert f"{figure.value} row" in read(client, link)


# --- tonight --------------------------------------------------------------------------------------------


def test_tonight_holds_the_commands_text_to_select(known: World) -> None:
    html = signed_in(known, Role.AUDITOR).get("/tonight/?on=2020-02-10").content.decode()
    found = re.search(r"<textarea[^>]*readonly[^>]*>(.*?)</textarea>", html, re.DOTALL)
    assert found is not None and found[1] == text(situation(on=ON))
    assert "Rt " in found[1]


def test_counting_again_takes_in_what_was_written_since(known: World) -> None:
    client = signed_in(known, Role.AUDITOR)
    before = Seal.objects.count()
    known.classified("Late", "confirmed", "2020-02-10")
    assert "Confirmed, cumulative 30" in read(client, "/tonight/?on=2020-02-10")
    assert client.post("/tonight/").status_code == 302
    assert Seal.objects.count() == before + 1
    assert "Confirmed, cumulative 31" in read(client, "/tonight/?on=2020-02-10")
    assert client.post("/tonight/").status_code == 302
    assert Seal.objects.count() == before + 1  # nothing was written since


# --- whatever is asked ----------------------------------------------------------------------------------

JUNK: tuple[str, ...] = ("x", "2020-02-30", "0001-01-01", "9999-12-31", "-1", "1" * 40, "٣", "%00")
if os.environ.get("MAINSTAY_SOAK"):
    JUNK += ("0", "1e3", "<b>", "null", "[]")


@pytest.mark.parametrize("address", ["/report/", "/report/rows/", "/tonight/"])
def test_junk_is_answered_by_a_sentence(known: World, address: str) -> None:
    client = signed_in(known, Role.EPIDEMIOLOGIST)
    for name in ("on", "known_at", "disease", "figure", "start"):
        for junk in JUNK:
            reply: Any = client.get(address, {"figure": "confirmed_cumulative", name: junk})
            ignored = name == "start" or (name == "figure" and address != "/report/rows/")
            assert reply.status_code == (200 if ignored else 422), (name, junk)
            assert ignored or b"Something is not right yet" in reply.content


@pytest.mark.parametrize("on", ["1900-01-01", "2019-12-31", "2199-12-31"])
def test_days_far_away_are_days_like_others(known: World, on: str) -> None:
    client = signed_in(known, Role.EPIDEMIOLOGIST)
    for address in ("/report/", "/tonight/", *(f"/report/rows/?figure={figure}" for figure in FIGURE_ROWS)):
        join = "&" if "?" in address else "?"
        assert client.get(f"{address}{join}on={on}").status_code == 200


# --- the chart ------------------------------------------------------------------------------------------


def test_bars_by_day_with_what_is_still_expected() -> None:
    chart = bars([(ON, 4, 4), (ON + timedelta(days=1), 0, 0), (ON + timedelta(days=2), 2, 8)])
    assert chart is not None and (chart.most, chart.width, chart.first) == (8, FEWEST_DAYS * DAY, ON)
    first, empty, last = chart.bars
    assert (first.height, first.y, first.expected_height) == (HIGH // 2, HIGH // 2, 0)
    assert (empty.height, empty.expected_height) == (0, 0)
    assert (last.height, last.expected_height, last.expected_y) == (HIGH // 4, HIGH - HIGH // 4, 0)
    assert last.x + DAY == chart.width


def test_one_case_beside_a_thousand_is_seen_and_no_day_is_no_chart() -> None:
    chart = bars([(ON, 1, 1), (ON + timedelta(days=1), 1000, 1000)])
    assert chart is not None and [bar.height for bar in chart.bars] == [1, HIGH]
    assert bars([]) is None
    nobody = bars([(ON, 0, 0)])
    assert nobody is not None and nobody.bars[0].height == 0
