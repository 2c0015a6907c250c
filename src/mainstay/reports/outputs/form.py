"""The province's daily form, as a workbook: its lines, its words, the report's own figures in its cells.

A cell of what is not known stays empty and is named beneath: a nought would be read as "none".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mainstay.platform.sheets import Book, Styled
from mainstay.reports.outputs.printed import Given, head
from mainstay.reports.rules import words
from mainstay.reports.rules.headings import day_words
from mainstay.reports.rules.situation import Situation
from mainstay.reports.rules.words import Said


def _said(zh_hans: str, zh_hant: str) -> Said:
    return {"zh-hans": zh_hans, "zh-hant": zh_hant}


TITLE = _said("传染病疫情日报表", "傳染病疫情日報表")
UNIT = _said("填报单位：", "填報單位：")
DISEASE = _said("病种：{disease}", "病種：{disease}")
DAY = _said("报告日期：{day}", "報告日期：{day}")
COUNTED_IN = _said("计量单位：人、%", "計量單位：人、%")
COLUMNS = {
    "line": _said("行次", "行次"),
    "item": _said("项目", "項目"),
    "new": _said("当日新增", "當日新增"),
    "number": _said("累计／现有", "累計／現有"),
    "definition": _said("统计口径", "統計口徑"),
}
MADE_BY = _said("填表人：", "填表人：")
CHECKED_BY = _said("审核人：", "審核人：")
RELEASED_BY = _said("签发人：", "簽發人：")
EMPTY = _said("未填各项（未知，不作零计）", "未填各項（未知，不作零計）")
NONE_EMPTY = _said("各项均已填报。", "各項均已填報。")
NEW_OF = _said("{name}（当日新增）", "{name}（當日新增）")
NOTES = _said("说明", "說明")
SEAL = _said("数据依据：{known}", "數據依據：{known}")
HASH = _said("校验值：{hash}", "校驗值：{hash}")
DUTIES = {
    "should": _said("责任事项：应办", "責任事項：應辦"),
    "done": _said("其中：已办", "其中：已辦"),
    "overdue": _said("其中：逾期", "其中：逾期"),
}
DUTIES_DEFINITION = _said(
    "截至当日应完成的检测、隔离、收治、随访等各类责任事项合计。",
    "截至當日應完成的檢測、隔離、收治、隨訪等各類責任事項合計。",
)

# In the order of the form. A rate has no rise of its own.
LINES = (
    "confirmed_cumulative",
    "active_current",
    "cured_cumulative",
    "discharge_rate_percent",
    "deaths_cumulative",
)
STYLES: dict[str, dict[str, Any]] = {
    "heading": {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"},
    "box_head": {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True},
    "box": {"border": 1, "valign": "vcenter", "text_wrap": True},
    "middle": {"border": 1, "align": "center", "valign": "vcenter"},
    "count": {"border": 1, "valign": "vcenter", "bold": True, "num_format": "#,##0"},
    "rate": {"border": 1, "valign": "vcenter", "bold": True, "num_format": "0.00"},
    "bold": {"bold": True},
}


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    new: float | None
    value: float | None
    definition: str
    style: str = "count"
    has_new: bool = True


def form(given: Given) -> bytes:
    """One sheet, one A4 page; its words are Chinese, in the characters of the report or simplified ones."""
    report = given.report
    script = report.language if report.language in TITLE else "zh-hans"
    book = Book(STYLES, made_at=given.seal.sealed_at if given.seal else None)
    book.sheet(TITLE[script], (7, 30, 14, 16, 52), landscape=True)
    book.row([Styled(TITLE[script], "heading", 5)], height=30)
    book.row(
        [
            Styled(f"{UNIT[script]}{report.place_name or ''}", "", 3),
            DISEASE[script].format(disease=report.disease or ""),
        ]
    )
    day = day_words(report.period_date, script)
    book.row([Styled(DAY[script].format(day=day), "", 3), Styled(COUNTED_IN[script], "", 2)])
    book.row([said[script] for said in COLUMNS.values()], "box_head", height=22)
    lines = _lines(report, script)
    for place, line in enumerate(lines, 1):
        book.row(
            [
                Styled(place, "middle"),
                Styled(line.name, "box"),
                Styled(line.new if line.has_new else "—", line.style if line.has_new else "middle"),
                Styled(line.value, line.style),
                Styled(line.definition, "box"),
            ],
            height=32,
        )
    book.row([Styled(MADE_BY[script], "", 2), Styled(CHECKED_BY[script], "", 2), RELEASED_BY[script]], height=28)
    _beneath(book, given, lines, script)
    return book.content()


def _lines(report: Situation, script: str) -> list[_Line]:
    figures = {figure.id: figure for figure in report.figures}
    found = []
    for name in LINES:
        figure = figures[name]
        rate = name.endswith("_percent")
        # The definition is worded in the form's own language, whatever the report is read in.
        said = {**(words.FROM_SERIES if figure.source == "series" else words.FROM_REGISTER), **words.DERIVED}
        found.append(
            _Line(
                words.FIGURES[name][script],
                None if rate else figure.change_1d,
                figure.value,
                said[name][script],
                "rate" if rate else "count",
                has_new=not rate,
            )
        )
    for name, title in DUTIES.items():
        value = sum(getattr(line, name) for line in report.coverage) if report.coverage else None
        found.append(_Line(title[script], None, value, DUTIES_DEFINITION[script], has_new=False))
    return found


def _beneath(book: Book, given: Given, lines: list[_Line], script: str) -> None:
    """What was left empty, what else is not known, and what the numbers rest on."""
    report = given.report
    empty = [NEW_OF[script].format(name=line.name) for line in lines if line.has_new and line.new is None]
    empty += [line.name for line in lines if line.value is None]
    book.skip()
    book.row([Styled(EMPTY[script], "bold", 5)])
    for one in empty or [NONE_EMPTY[script]]:
        book.row([None, Styled(one, "note", 4)])
    book.row([Styled(NOTES[script], "bold", 5)])
    for missing in report.unknowns:
        book.row([None, Styled(missing.sentence, "note", 4)])
    known = list(head(given))[1][1]
    book.row([None, Styled(SEAL[script].format(known=known), "note", 4)])
    if given.seal:
        book.row([None, Styled(HASH[script].format(hash=given.seal.hash), "note", 4)])
    if given.archived:
        book.row([None, Styled(given.archived, "note", 4)])
