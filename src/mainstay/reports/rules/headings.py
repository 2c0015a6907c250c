"""What stands in a printed report around its figures, in the languages it is given in."""

from __future__ import annotations

from datetime import date

from mainstay.reports.rules.words import Said

_MONTHS = ["January", "February", "March", "April", "May", "June"]
_MONTHS += ["July", "August", "September", "October", "November", "December"]


def _said(en: str, zh_hans: str, zh_hant: str) -> Said:
    return {"en": en, "zh-hans": zh_hans, "zh-hant": zh_hant}


def day_words(day: date, language: str) -> str:
    """26 March 2020, 2020年3月26日."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


COLON, STOP = _said(": ", "：", "："), _said(". ", "。", "。")
TITLE_NUMBERED = _said("Situation report no. {number}", "疫情日报 第{number}期", "疫情日報 第{number}期")
AS_OF = _said("As of the end of", "数据截至", "數據截至")
UNTIL = _said("{day}, 24:00", "{day}24时", "{day}24時")
KNOWN_AT = _said("Known at", "依据", "依據")
SEALED = _said("seal {number}, {moment}", "封存点{number}，{moment}", "封存點{number}，{moment}")
NO_SEAL = _said("nothing is sealed yet", "尚无封存点", "尚無封存點")
HASH = _said("Hash of the seal", "封存点校验值", "封存點校驗值")
ASKED_AGAIN = _said(
    "Asked again with the same day and seal it says the same.",
    "以相同日期和封存点再次查询，内容不变。",
    "以相同日期和封存點再次查詢，內容不變。",
)

FIGURES = _said("Figures", "主要数据", "主要數據")
FIGURE = _said("Figure", "指标", "指標")
NUMBER = _said("Number", "数值", "數值")
CHANGE = _said("In a day", "较前一日", "較前一日")
DEFINITION = _said("What it counts", "统计口径", "統計口徑")
OF_DAY = _said("Of {day}.", "为{day}数据。", "為{day}數據。")
UNIT = _said("Unit", "单位", "單位")
UNITS = {"persons": _said("persons", "人", "人"), "percent": _said("%", "%", "%")}
SOURCE = _said("Source", "来源", "來源")
SOURCES = {
    "series": _said("published counts", "公布数据", "公布數據"),
    "register": _said("register", "病例登记", "病例登記"),
}
COUNTED_DATE = _said("Counted for", "数据日期", "數據日期")

CURVE = _said("Cases by day of onset", "按发病日期的病例数", "按發病日期的病例數")
CURVE_WHAT = _said(
    "One bar for each day from {first} to {last}; the workbook has every number.",
    "自{first}至{last}每日一柱；数字见电子表格。",
    "自{first}至{last}每日一柱；數字見電子表格。",
)
CURVE_NOTE = _said(
    "Solid: known by the end of the day. Dashed: expected to be reported late.",
    "实心：截至当日已知；虚线：预计补报。",
    "實心：截至當日已知；虛線：預計補報。",
)
EXPECTED = _said("{day}: {count} expected in all", "{day}：预计共{count}例", "{day}：預計共{count}例")
HIGHEST = _said("Highest: {count} a day", "最高：每日{count}例", "最高：每日{count}例")
CASES = _said(
    "{count} cases, the clinical and probable included",
    "共{count}例，含临床诊断和可能病例",
    "共{count}例，含臨床診斷和可能病例",
)
NO_CURVE = _said(
    "There is no curve: no case of the register is known by the end of this day.",
    "没有曲线：截至当日没有登记病例。",
    "沒有曲線：截至當日沒有登記病例。",
)
RT = _said("Reproduction number Rt", "实时再生数Rt", "實時再生數Rt")
RT_SAID = _said(
    "{mean}, 95 % interval {low}–{high}, week to {day}",
    "{mean}，95%区间{low}–{high}，截至{day}的一周",
    "{mean}，95%區間{low}–{high}，截至{day}的一週",
)
RT_WHAT = _said(
    "Line: Rt by the last day of its week. Band: 95 % interval. Level line: 1. Scale 0 to {most}.",
    "线：以一周末日计的Rt；带：95%区间；横线：1；刻度0至{most}。",
    "線：以一週末日計的Rt；帶：95%區間；橫線：1；刻度0至{most}。",
)
RT_BASIS = _said(
    "By day of onset. Serial interval {mean} days, standard deviation {sd}: {source}",
    "按发病日期。代间距均值{mean}天，标准差{sd}天：{source}",
    "按發病日期。代間距均值{mean}天，標準差{sd}天：{source}",
)
RT_NONE = _said("too few cases for a finding", "病例过少，无法得出结论", "病例過少，無法得出結論")
RT_LATE = _said("reports may still be to come", "可能尚有未报病例", "可能尚有未報病例")
RT_ABOVE = _said("may be above 1", "可能大于1", "可能大於1")
RT_BELOW = _said("may be below 1", "可能小于1", "可能小於1")

COVERAGE = _said("Duties: should, done, overdue", "责任事项：应办、已办、逾期", "責任事項：應辦、已辦、逾期")
DUTY = _said("Duty", "责任事项", "責任事項")
COVERAGE_COLUMNS = {
    "should": _said("Should", "应办", "應辦"),
    "done": _said("Done", "已办", "已辦"),
    "in_time": _said("In time", "期限内", "期限內"),
    "overdue": _said("Overdue", "逾期", "逾期"),
    "missed": _said("Missed", "错过", "錯過"),
    "excused": _said("Excused", "免办", "免辦"),
}
TOTAL = _said("All", "合计", "合計")
WHOLE_CITY = _said("whole city", "全市", "全市")
NO_DUTIES = _said("No duties are on file up to this day.", "截至当日没有责任事项记录。", "截至當日沒有責任事項記錄。")

NOTES = _said("To know about the counts", "数据说明", "數據說明")
NO_NOTES = _said(
    "No published count falls, jumps, or differs from the sum of its parts.",
    "公布数据没有下降、骤增，也没有与各地合计不符之处。",
    "公布數據沒有下降、驟增，也沒有與各地合計不符之處。",
)
DAY = _said("Day", "日期", "日期")
WHICH_PLACE = _said("Place", "地区", "地區")
COUNT = _said("Count", "数据", "數據")
FOUND = _said("What was found", "发现", "發現")
KNOWN_OF_IT = _said("What is known of it", "情况说明", "情況說明")
KIND = _said("Kind", "类别", "類別")
DELTA = _said("Difference", "差额", "差額")
UNKNOWNS = _said("What is not known", "尚不清楚", "尚不清楚")
NOTHING_UNKNOWN = _said(
    "Everything that this report asks for is known.", "本报告所需信息均已知。", "本報告所需資訊均已知。"
)
MARK = _said("Mark", "标识", "標識")
SENTENCE = _said("Sentence", "说明", "說明")

PREPARED = _said("Prepared", "编制", "編製")
CHECKED = _said("Checked", "审核", "審核")
RELEASED = _said("Released", "签发", "簽發")
PAGE = _said("Page {page} of {pages}", "第{page}页，共{pages}页", "第{page}頁，共{pages}頁")

CURVE_COLUMNS = {
    "onset": _said("Onset", "发病", "發病"),
    "expected": _said("Expected in all", "预计总数", "預計總數"),
    "reported": _said("Reported", "报告", "報告"),
    "confirmed": _said("Confirmed", "确诊", "確診"),
}
RT_COLUMNS = {
    "start_date": _said("From", "起", "起"),
    "end_date": _said("To", "止", "止"),
    "cases": _said("Cases", "病例", "病例"),
    "mean": _said("Rt", "Rt", "Rt"),
    "q025": _said("2.5 %", "2.5%", "2.5%"),
    "median": _said("50 %", "50%", "50%"),
    "q975": _said("97.5 %", "97.5%", "97.5%"),
    "status": _said("Status", "状态", "狀態"),
}
STATUS = {
    "estimate": _said("estimate", "估计值", "估計值"),
    "prior_only": _said("prior only: no finding", "仅先验：不作结论", "僅先驗：不作結論"),
    "unknown": _said("unknown", "未知", "未知"),
}
SHEETS = {
    "figures": _said("Figures", "主要数据", "主要數據"),
    "coverage": _said("Duties", "责任事项", "責任事項"),
    "curve": _said("Curve", "曲线", "曲線"),
    "rt": _said("Rt", "Rt", "Rt"),
    "notes": _said("Series notes", "数据说明", "數據說明"),
    "unknowns": _said("Not known", "尚不清楚", "尚不清楚"),
}

ARCHIVED = _said(
    "Given as it was frozen when the period was closed: facts that it rests on have lawfully been removed since.",
    "所示为结束该周期时冻结的报告：其所依据的部分资料其后已依法删除。",
    "所示為結束該週期時凍結的報告：其所依據的部分資料其後已依法刪除。",
)
DIFFERS = _said(
    "Given as it was frozen when the period was closed: computed anew, by this version of the program, it would read "
    "otherwise, although nothing was removed.",
    "所示为结束该周期时冻结的报告：以本程序现行版本重新计算，内容将有不同，尽管没有资料被删除。",
    "所示為結束該週期時凍結的報告：以本程式現行版本重新計算，內容將有不同，儘管沒有資料被刪除。",
)
