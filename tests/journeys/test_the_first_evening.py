"""The first evening, on a watch: four people, one ugly workbook, one laptop, no network; in two languages.

One opens the first account and lets three in by links. A workbook as lists really come is dropped in, read, corrected
and mended; the list is typed into, the work is shared out, a call is made on a telephone, and the numbers, the
province's form and the senders' own workbook with what was added go out again. Nobody of it is missed.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import translation

from mainstay.cycle import check, instance
from mainstay.people.models import Person
from mainstay.platform.clock import local_date, now
from tests.browser import followed
from tests.intake.conftest import home  # noqa: F401 - a fixture
from tests.journeys.watch import Watch, watch  # noqa: F401 - a fixture
from tests.journeys.workbook import HEADER, PEOPLE, ROWS, SICKEST, UNCLEAR_DAYS, UNCLEAR_SEX, write
from tests.web.pages import DESK, PHONE

pytestmark = pytest.mark.usefixtures("home", "transactional_db")

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "first-evening.md"
TEN_MINUTES = 600
PASSWORD = "a lantern by the river"
ZONE = "Asia/Shanghai"

# The heading of the file before and after its four were mended; every other word is looked up by `said`.
SUMS = {
    "en": ("60 rows, 57 people, 4 need a look", "60 rows, 57 people, nothing needs a look"),
    "zh-hans": ("60 行、57 人、4 项要看一看", "60 行、57 人、都不用再看"),
}


def said(language: str, words: str, **given: str) -> str:
    """The product's own words in a language: what a button is called, what a heading says."""
    with translation.override(language):
        found = translation.gettext(words)
    assert (found == words) is (language == "en"), f"not translated: {words}"
    return found % given if given else found


TELEPHONE_OF_60 = "13900000017"  # row 60 is the seventeenth person's once more: its telephone was forgotten
MOVED_TO = "虚构路99号"
ADDED = "示例丙-61"
CONTACTS = ("示例丁-62, 同一办公室, 13700000062", "示例戊-63")
CONFIRMED_ONE = {"en": "Confirmed, cumulative: 1 (+1 in a day)", "zh-hans": "累计确诊病例: 1 (较前一日+1)"}
# Of the columns at the right: mended, contacts named, address, added, name, telephone, class.
RIGHT = {
    "en": ("Mended since", "Contacts named", "Address", "Added since", "Name", "Telephone", "Classification"),
    "zh-hans": ("其后补正", "所述接触者", "地址", "其后新增", "姓名", "电话", "分类诊断"),
}
LONGEST_PICTURE = 4000  # pixels; of a longer page what a screen shows


# --- the evening ----------------------------------------------------------------------------------------


class Evening:
    """Pages, words and pictures of one evening in one language."""

    def __init__(self, language: str, server: str, open_page: Callable[..., Any], watch: Watch) -> None:  # noqa: F811
        self.language, self.server, self.open_page, self.watch = language, server, open_page, watch
        self.step = 0

    def word(self, words: str, **given: Any) -> str:
        return said(self.language, words, **given)

    def keep(self, page: Any, name: str) -> None:
        """A picture for whoever asks for one (MAINSTAY_PICTURES names the folder)."""
        self.step += 1
        if folder := os.environ.get("MAINSTAY_PICTURES"):
            is_short = page.evaluate("document.documentElement.scrollHeight") < LONGEST_PICTURE
            page.screenshot(path=f"{folder}/{self.language}-{self.step:02}-{name}.png", full_page=is_short)

    def press(self, page: Any, words: str, **given: Any) -> None:
        followed(page, page.get_by_role("button", name=self.word(words, **given), exact=True).first)

    def follow(self, page: Any, words: str) -> None:
        followed(page, page.get_by_role("link", name=self.word(words), exact=True).first)

    def workbook(self, page: Any, link: str) -> Any:
        """The sheet that a link gives to whoever presses it; asked for beside the page, as a browser saves a file."""
        address = page.get_by_role("link", name=link).first.evaluate("one => one.href")
        answer = page.request.get(address, headers={"Accept-Language": self.language})
        assert (answer.status, answer.headers["content-type"].split("/")[0]) == (200, "application")
        return openpyxl.load_workbook(io.BytesIO(answer.body())).active

    def heading(self, page: Any) -> str:
        return spoken(page.inner_text("h1"))


def spoken(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("language", SUMS)
def test_the_first_evening(
    live_server: Any,
    open_page: Callable[..., Any],
    language: str,
    tmp_path: Path,
    watch: Watch,  # noqa: F811 - the fixture
) -> None:
    instance.apply_profile(profile=instance.read_profile("default"), at=now())
    evening = Evening(language, live_server.url, open_page, watch)
    today = local_date(now(), ZONE)
    sent = tmp_path / "key-persons.xlsx"
    write(sent, today)
    desk, phone = four_join(evening)
    drop_in(evening, desk, sent)
    mend(evening, desk, today)
    type_in(evening, desk)
    share_out(evening, desk)
    call(evening, phone)
    tonight(evening, desk, sent, today)
    assert Person.objects.count() == PEOPLE + 1 + len(CONTACTS)
    assert check.run().findings == ()
    # One who reads the guide from beginning to end, then does one deed after the other.
    watch.read(GUIDE)
    print(watch.told())
    assert watch.seconds() < TEN_MINUTES


def four_join(evening: Evening) -> tuple[Any, Any]:
    """Given nobody has an account, the front leads to the first one; three more come in by links."""
    desk = evening.open_page(evening.server, size=DESK, language=evening.language)
    evening.keep(desk, "first")
    desk.fill("#name", "Officer Ai")
    desk.fill("#username", "ai")
    desk.fill("#password", PASSWORD)
    evening.press(desk, "Open the account")
    desk.wait_for_url("**/accounts/")
    phones = [
        join(evening, desk, name, role)
        for name, role in (("Wen", "tracer"), ("Bo", "tracer"), ("Ci", "epidemiologist"))
    ]
    desk.goto(f"{evening.server}/accounts/")
    evening.keep(desk, "accounts")
    assert desk.locator("tbody tr").count() == 4
    return desk, phones[0]


def join(evening: Evening, desk: Any, name: str, role: str) -> Any:
    username = name.casefold()
    desk.goto(f"{evening.server}/accounts/")
    desk.fill("#name", name)
    desk.fill("#username", name)
    evening.press(desk, "Open the account")
    desk.wait_for_url(f"**/accounts/{username}/")
    evening.press(desk, "Make a link")
    link = desk.locator("code").filter(has_text="/join/").inner_text()
    phone = evening.open_page(link, size=PHONE, language=evening.language, touch=True)
    with evening.watch.stopped():  # each does that for themselves, while the next is let in
        phone.fill("#password", PASSWORD)
        evening.press(phone, "Set the password")
        phone.wait_for_url("**/me/")
    # In, and without a right until somebody gives one.
    assert evening.word("You have no role yet.") in phone.inner_text("main")
    desk.goto(f"{evening.server}/accounts/{username}/")
    desk.select_option("#role", role)
    evening.press(desk, "Give the role")
    desk.wait_for_url(f"**/accounts/{username}/")
    evening.keep(desk, f"account-{username}")
    with evening.watch.stopped():
        phone.reload()
    assert phone.locator("table tbody tr").count() == 1
    return phone


def drop_in(evening: Evening, desk: Any, sent: Path) -> None:
    """The workbook is read; its columns are guessed with reasons, one of them is corrected beside the first rows."""
    desk.goto(f"{evening.server}/files/")
    evening.follow(desk, "Take in a file")
    desk.set_input_files("#file", str(sent))
    evening.press(desk, "Read it")
    desk.wait_for_selector("#reading")
    evening.keep(desk, "columns")
    page = spoken(desk.inner_text("main"))
    assert evening.word("its name says: %(slot)s", slot=evening.word("Telephone")) in page
    assert evening.word("nothing says which day") in page  # "first unwell" is no day that the product knows
    desk.select_option(f"#slot-{HEADER.index('最早不适')}", "onset")
    evening.press(desk, "Read it again like this")
    desk.wait_for_selector("input[name=date_order]")  # two readings of one day: none is chosen for them
    evening.keep(desk, "columns-corrected")
    page = spoken(desk.inner_text("main"))
    assert evening.word("you said so") in page
    assert "03/02/2020" in page
    assert desk.locator("main [lang=en]").count() == 0  # nothing is left in a language that is not theirs
    assert desk.locator("input[name=keep]").is_checked()
    followed(desk, desk.locator("button[value=take]"))
    desk.wait_for_url(re.compile(r"/files/[0-9a-f-]{36}/$"))
    evening.keep(desk, "taken-in")
    assert evening.heading(desk) == SUMS[evening.language][0]
    page = spoken(desk.inner_text("main"))
    assert re.search(r"60 [^+]*= 57 [^+]*\+ 2 [^+]*\+ 0 [^+]*\+ 0 [^+]*\+ 1 ", page)
    assert evening.word("Every row is somewhere: nobody was dropped.") in page
    # The reading is kept: tomorrow's file of the same sender is read by it unasked.
    with evening.watch.stopped():  # nobody would look today
        desk.goto(f"{evening.server}/files/new/")
    options = desk.locator("#mapping option").all_inner_texts()
    assert evening.word("Kept here: %(name)s", name="key-persons") in options
    desk.go_back()


def mend(evening: Evening, desk: Any, today: date) -> None:
    """The four are mended on the spot; then what is owed is worked out, the first time."""
    onset = (today - timedelta(days=3)).isoformat()
    for field, value in enumerate((onset, onset, "女", TELEPHONE_OF_60)):
        desk.locator("#mend input.input").nth(field).fill(value)
    evening.press(desk, "Send the mended rows")
    desk.wait_for_selector(".result")
    evening.keep(desk, "mended")
    assert evening.heading(desk) == SUMS[evening.language][1]
    assert evening.word("Nothing is held.") in desk.inner_text("main")
    evening.press(desk, "Work out what is owed")
    desk.wait_for_url("**/today/?run=1")
    evening.keep(desk, "today")
    assert evening.word("What is owed is worked out up to now.") in desk.inner_text("main")


def type_in(evening: Evening, desk: Any) -> None:
    """The worst stands first, with why; the list is typed into like a sheet, and somebody is added."""
    evening.follow(desk, "Line list")
    evening.keep(desk, "list")
    first = desk.locator("tbody tr").first
    assert "-09" in first.locator("th").inner_text()
    assert evening.word("worsening: fever rising") in first.inner_text()
    evening.follow(desk, "Edit as a sheet")
    evening.keep(desk, "sheet")
    row = desk.locator(".cells tbody tr").first
    with desk.expect_response("**/list/sheet/*/") as answered:
        row.locator("select[data-cell=class]").select_option("confirmed")
    assert answered.value.status == 200
    with desk.expect_response("**/list/sheet/*/") as answered:
        row.locator("[data-cell=address]").fill(MOVED_TO)
        desk.keyboard.press("Enter")
    assert answered.value.status == 200
    desk.reload()
    evening.keep(desk, "sheet-typed")
    cells = desk.locator(f'.cells tbody tr:has(input[value="{MOVED_TO}"])')
    assert cells.locator("select[data-cell=class]").input_value() == "confirmed"
    desk.goto(f"{evening.server}/list/")
    evening.follow(desk, "Add a person")
    desk.fill("#name", ADDED)
    desk.fill("#phone", "13800000001")
    evening.keep(desk, "add")
    evening.press(desk, "Add")
    desk.wait_for_url(re.compile(r"/list/[0-9a-f-]{36}/$"))
    assert evening.heading(desk).startswith(ADDED)
    evening.keep(desk, "added")


def share_out(evening: Evening, desk: Any) -> None:
    """Two clicks: who is to be called is shared out evenly among the four."""
    evening.follow(desk, "Who to call")
    evening.keep(desk, "calls")
    evening.follow(desk, "Split among colleagues")
    evening.keep(desk, "split")
    assert desk.locator("input[name=staff]:checked").count() == 4
    evening.press(desk, "Split evenly")
    desk.wait_for_url("**/calls/?split=*")
    evening.keep(desk, "calls-split")
    assert evening.word("With nobody yet") + " 0" in spoken(desk.inner_text("nav.views"))
    evening.follow(desk, "Split among colleagues")
    shares = [int(re.findall(r"[0-9]+", one)[0]) for one in desk.locator("label.choice").all_inner_texts()]
    # 53 doors: two households of three stay together. Thirteen doors each, and one more for one of them.
    assert (sum(shares), len(shares)) == (PEOPLE, 4) and 13 <= min(shares) <= max(shares) <= 18


def call(evening: Evening, phone: Any) -> None:
    """On the telephone of one who joined: her own first; reached, two contacts by name; another asks to be rung."""
    phone.goto(f"{evening.server}/calls/")
    evening.keep(phone, "phone-calls")
    followed(phone, phone.get_by_role("link", name=evening.word("Call sheet")).nth(1))
    phone.wait_for_selector("#contacts")
    evening.keep(phone, "phone-sheet")
    phone.get_by_label(evening.word("Reached")).check()
    phone.fill("#temperature", "37.1")
    phone.fill("#contacts", "\n".join(CONTACTS))
    phone.select_option("#disease", "covid-19")
    evening.keep(phone, "phone-sheet-filled")
    evening.press(phone, "Save the call")
    phone.wait_for_url("**/calls/?saved=*")
    evening.keep(phone, "phone-saved")
    assert evening.word("Recorded, and what follows from it is judged.") in phone.inner_text("main")
    followed(phone, phone.get_by_role("link", name=evening.word("Call sheet")).nth(2))
    phone.wait_for_selector("#contacts")
    phone.get_by_role("radio", name=evening.word("Call back at")).check()
    phone.fill("#back_at", "20:20")
    evening.press(phone, "Save the call")
    phone.wait_for_url("**/calls/?saved=*")
    assert "20:20" in phone.inner_text("main")


def tonight(evening: Evening, desk: Any, sent: Path, today: date) -> None:
    """The numbers, a text for the chat, the province's form, and their own workbook with what was added."""
    desk.goto(f"{evening.server}/today/")
    evening.press(desk, "Work out what is owed")
    desk.wait_for_url("**/today/?run=1")
    evening.keep(desk, "today-evening")
    evening.follow(desk, "Tonight")
    evening.press(desk, "Count again")
    desk.wait_for_url("**/tonight/")
    evening.keep(desk, "tonight")
    unknown = evening.word("not known")
    confirmed, cured, dead, rate, present = map(spoken, desk.locator("td.number.big").all_inner_texts())
    assert (confirmed, cured, dead, rate, present) == ("1", unknown, "0", unknown, unknown)
    text = desk.input_value("#text")
    assert today.isoformat() in text and CONFIRMED_ONE[evening.language] in text
    assert not any(name in text for name in (ADDED, "示例"))  # a chat is no place for names

    form = list(evening.workbook(desk, evening.word("The province’s form")).iter_rows(values_only=True))
    numbered = {row[0]: row[2:4] for row in form if isinstance(row[0], int)}
    # Confirmed, present, cured, rate, dead: the page's figures; what is not known is empty, and never nought.
    assert [numbered[line] for line in range(1, 6)] == [(1, 1), (None, None), (None, None), ("—", None), (0, 0)]
    should, done, overdue = (numbered[line][1] for line in (6, 7, 8))
    assert all(str(number) in text for number in (should, done)) and overdue == 0 < done < should
    their_own(evening, desk, sent, today)


def their_own(evening: Evening, desk: Any, sent: Path, today: date) -> None:
    """Back as their workbook: same rows and columns, what was mended and done at the right, who is new beneath."""
    mine = openpyxl.load_workbook(sent).active
    theirs = evening.workbook(desk, sent.name)
    for row in mine.iter_rows():
        for cell in row:
            again = theirs[cell.coordinate]
            assert (again.value, again.fill.fgColor.rgb) == (cell.value, cell.fill.fgColor.rgb)
    assert mine.merged_cells.ranges == theirs.merged_cells.ranges
    rows = [[cell.value for cell in row] for row in theirs.iter_rows()]
    names, width = rows[2], len(HEADER)
    assert names[:width] == HEADER
    at = {words: names.index(words, width) for words in RIGHT[evening.language]}
    mended, named, address, added, name, phone, _class = at.values()
    onset = (today - timedelta(days=3)).isoformat()
    by_no = {row[0]: row for row in rows[3:] if isinstance(row[0], int)}
    assert [onset in by_no[no][mended] for no in UNCLEAR_DAYS] == [True, True]
    assert "女" in by_no[UNCLEAR_SEX][mended] and TELEPHONE_OF_60 in by_no[ROWS][mended]
    assert {no for no, row in by_no.items() if row[mended]} == {*UNCLEAR_DAYS, UNCLEAR_SEX, ROWS}
    assert by_no[SICKEST][address] == MOVED_TO and today.isoformat() in by_no[SICKEST][_class]
    new = {row[name]: row for row in rows[3:] if row[added]}
    assert set(new) == {ADDED, "示例丁-62", "示例戊-63"}
    assert (new[ADDED][phone], new[ADDED][1], new[ADDED][4]) == ("13800000001", ADDED, "13800000001")
    # One person named both, though the row of some stands there twice.
    assert len({row[1] for row in rows if "示例丁-62" in (row[named] or "") and "示例戊-63" in row[named]}) == 1
