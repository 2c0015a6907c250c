"""The list of the first evening, as lists really come: titles, merged cells, colours, 同上, forms of dates by turns."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import PatternFill

RED, YELLOW = PatternFill("solid", fgColor="FFFF9999"), PatternFill("solid", fgColor="FFFFFF99")
HEADER = ["序号", "姓名", "性别", "年龄", "联系电话", "现住址", "最早不适", "报告日期", "体温", "病例分类", "核酸结果"]
PEOPLE, ROWS = 57, 60
SICKEST, TWO_PHONES, AGAIN, HOUSEHOLD = 9, 12, (3, 4), (20, 21, 22)
UNCLEAR_DAYS, UNCLEAR_SEX = (6, 31), 41


def person_row(no: int, today: date) -> list[Any]:
    onset = today - timedelta(days=2 + no % 5)
    written: list[Any] = [onset, f"{onset:%Y/%m/%d}", onset.isoformat(), f"{onset.year}年{onset.month}月{onset.day}日"]
    name, sex = f"示例{chr(0x7532 + no % 7)}-{no:02}", "男" if no % 2 else "女"
    who = [no, name, sex, 20 + no, f"1390000{no:04}", f"虚构路{no}号"]
    return [*who, written[no % 4], today - timedelta(days=1), 36.6, "疑似病例", "未检"]


def rows_of(today: date) -> list[list[Any]]:
    """Sixty rows of 57 people: two stand there twice, one has no telephone, three cells cannot be read."""
    people = [person_row(no, today) for no in range(1, PEOPLE + 1)]
    people[SICKEST - 1][8] = 38.9
    people[TWO_PHONES - 1][4] = "13900000012 / 13900000912"
    for no in HOUSEHOLD[1:]:
        people[no - 1][5] = "同上"
    for no in UNCLEAR_DAYS:  # the third of February, or the second of March
        people[no - 1][6] = "03/02/2020"
    people[UNCLEAR_SEX - 1][2] = "?"
    again = [[PEOPLE + 1 + n, *people[no - 1][1:]] for n, no in enumerate(AGAIN)]
    nobody = [ROWS, *people[16][1:]]
    nobody[4] = ""
    return [*people, *again, nobody]


def write(path: Path, today: date) -> None:
    """Two titles, merged; two rows painted; a merged address; a row of totals and who filled it in."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "重点人员"
    lines = [
        ["新冠肺炎重点人员台账"],
        [f"制表日期：{today:%Y.%m.%d}"],
        HEADER,
        *rows_of(today),
        ["合计", ROWS],
        ["填表人：示例"],
    ]
    for line in lines:
        sheet.append(line)
    for number in (1, 2):
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=len(HEADER))
    for column in range(1, len(HEADER) + 1):
        sheet.cell(3, column).fill = YELLOW
        sheet.cell(3 + SICKEST, column).fill = RED
    sheet.merge_cells(start_row=3 + 40, end_row=3 + 42, start_column=6, end_column=6)
    book.save(path)
