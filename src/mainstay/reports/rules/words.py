"""The sentences of the situation report, in the languages it is given in."""

from __future__ import annotations

LANGUAGES = ("en", "zh-hans", "zh-hant")
Said = dict[str, str]


def _said(en: str, zh_hans: str, zh_hant: str) -> Said:
    return {"en": en, "zh-hans": zh_hans, "zh-hant": zh_hant}


TITLE = _said("Situation report", "疫情日报", "疫情日報")
AS_OF = _said("as of {day}, known at seal {seal}", "截至{day}，依据封存点{seal}", "截至{day}，依據封存點{seal}")
NO_SEAL = _said("none", "无", "無")
UNKNOWN = _said("unknown", "未知", "未知")
NOT_EXPLAINED = _said("not explained", "未说明", "未說明")
CHANGE = _said("{change} in a day", "较前一日{change}", "較前一日{change}")
COVERAGE = _said(
    "Duties: {done} of {should} done, {overdue} overdue",
    "责任事项：应办{should}，已办{done}，逾期{overdue}",
    "責任事項：應辦{should}，已辦{done}，逾期{overdue}",
)
RT = _said(
    "Rt {mean} ({low}–{high}), {day}",
    "实时再生数{mean}（{low}–{high}），{day}",
    "實時再生數{mean}（{low}–{high}），{day}",
)
STILL_LATE = _said("; reports may still be to come", "；可能尚有未报病例", "；可能尚有未報病例")
NOTES = _said("To know about the counts", "数据说明", "數據說明")
UNKNOWNS = _said("Not known", "尚不清楚", "尚不清楚")

FIGURES: dict[str, Said] = {
    "confirmed_cumulative": _said("Confirmed, cumulative", "累计确诊病例", "累計確診病例"),
    "cured_cumulative": _said("Cured, cumulative", "累计治愈出院", "累計治癒出院"),
    "deaths_cumulative": _said("Deaths, cumulative", "累计死亡病例", "累計死亡病例"),
    "active_current": _said("Neither cured nor dead", "现有确诊病例", "現有確診病例"),
    "discharge_rate_percent": _said("Discharge rate, %", "出院率（%）", "出院率（%）"),
}
# What each figure counts, by where it comes from.
FROM_SERIES: dict[str, Said] = {
    "confirmed_cumulative": _said(
        "Confirmed cases up to and including the day, as the series counts them for the city.",
        "截至当日的累计确诊病例，以公布的本市数据为准。",
        "截至當日的累計確診病例，以公布的本市數據為準。",
    ),
    "cured_cumulative": _said(
        "Cured and discharged up to and including the day, as the series counts them for the city.",
        "截至当日的累计治愈出院人数，以公布的本市数据为准。",
        "截至當日的累計治癒出院人數，以公布的本市數據為準。",
    ),
    "deaths_cumulative": _said(
        "Deaths up to and including the day, as the series counts them for the city.",
        "截至当日的累计死亡病例，以公布的本市数据为准。",
        "截至當日的累計死亡病例，以公布的本市數據為準。",
    ),
}
FROM_REGISTER: dict[str, Said] = {
    "confirmed_cumulative": _said(
        "Persons in the register classified as confirmed up to and including the day and not excluded since.",
        "登记在册、截至当日确诊且其后未被排除的病例。",
        "登記在冊、截至當日確診且其後未被排除的病例。",
    ),
    "cured_cumulative": _said(
        "Of the confirmed those with a discharge or recovery on file up to and including the day, the dead left out.",
        "确诊病例中截至当日登记为出院或康复者，不含死亡者。",
        "確診病例中截至當日登記為出院或康復者，不含死亡者。",
    ),
    "deaths_cumulative": _said(
        "Of the confirmed those with a death on file up to and including the day.",
        "确诊病例中截至当日登记为死亡者。",
        "確診病例中截至當日登記為死亡者。",
    ),
}
DERIVED: dict[str, Said] = {
    "active_current": _said(
        "Confirmed less cured less deaths, all cumulative.",
        "累计确诊减去累计治愈出院和累计死亡。",
        "累計確診減去累計治癒出院和累計死亡。",
    ),
    "discharge_rate_percent": _said(
        "Cured by confirmed, both cumulative, in percent to two places.",
        "累计治愈出院除以累计确诊，百分数保留两位小数。",
        "累計治癒出院除以累計確診，百分數保留兩位小數。",
    ),
}

MEASURES: dict[str, Said] = {
    "": _said("counts", "数据", "數據"),
    "confirmed": _said("confirmed", "确诊", "確診"),
    "cured": _said("cured", "治愈", "治癒"),
    "deaths": _said("deaths", "死亡", "死亡"),
}
KINDS: dict[str, Said] = {
    "shift": _said("stamps are off by {delta} days", "标注日期偏移{delta}天", "標注日期偏移{delta}天"),
    "restated": _said("restated from {before} to {after}", "由{before}改为{after}", "由{before}改為{after}"),
    "conflict": _said(
        "two counts contradict each other: {before} and {after}",
        "两个数据矛盾：{before}与{after}",
        "兩個數據矛盾：{before}與{after}",
    ),
    "fall": _said("fell from {before} to {after}", "由{before}降至{after}", "由{before}降至{after}"),
    "jump": _said(
        "jumped by {delta}, from {before} to {after}",
        "由{before}骤增至{after}（{delta}）",
        "由{before}驟增至{after}（{delta}）",
    ),
    "remainder": _said(
        "the parts come to {after}, the whole to {before}: {delta}",
        "各地合计{after}，总数{before}：{delta}",
        "各地合計{after}，總數{before}：{delta}",
    ),
    "remainders": _said(
        "parts and whole differ on {days} days, on this one by most: {delta}",
        "各地合计与总数有{days}天不符，本日相差最大：{delta}",
        "各地合計與總數有{days}天不符，本日相差最大：{delta}",
    ),
    "reconciliation": _said(
        "the register counts {after}, the series {before}: {delta}",
        "登记{after}，公布{before}：{delta}",
        "登記{after}，公布{before}：{delta}",
    ),
}

# What is not known, by id; with the numbers or days that the sentence names.
MISSING: dict[str, Said] = {
    "nothing_counted": _said(
        "No case and no count is known up to this day.",
        "截至当日没有病例，也没有公布的数据。",
        "截至當日沒有病例，也沒有公布的數據。",
    ),
    "not_counted_that_day": _said(
        "The series has no count of {measure} for this day; shown is that of {day}.",
        "当日没有{measure}数据，所示为{day}的数据。",
        "當日沒有{measure}數據，所示為{day}的數據。",
    ),
    "days_without_count": _said(
        "The series lacks {count} days of {measure} between its first and last.",
        "{measure}数据在首末之间缺{count}天。",
        "{measure}數據在首末之間缺{count}天。",
    ),
    "days_not_compared": _said(
        "On {count} days some parts have no count of {measure}: parts and whole were not compared.",
        "有{count}天部分地区缺{measure}数据，未与总数核对。",
        "有{count}天部分地區缺{measure}數據，未與總數核對。",
    ),
    "city_not_in_series": _said(
        "The series has no count of the city ({place}) up to this day.",
        "截至当日，数据中没有本市（{place}）。",
        "截至當日，數據中沒有本市（{place}）。",
    ),
    "not_confirmed": _said(
        "{count} cases are clinical or probable: on the curve and in Rt, in none of the figures.",
        "{count}例为临床诊断或可能病例：计入曲线和再生数，不计入各项数字。",
        "{count}例為臨床診斷或可能病例：計入曲線和再生數，不計入各項數字。",
    ),
    "onset_unknown": _said(
        "Of {count} cases the onset is not known.", "{count}例病例的发病日期不详。", "{count}例病例的發病日期不詳。"
    ),
    "outcome_unknown": _said(
        "Of {count} confirmed cases no outcome is on file.",
        "{count}例确诊病例没有转归记录。",
        "{count}例確診病例沒有轉歸記錄。",
    ),
    "no_cure_on_file": _said(
        "No discharge or recovery is on file: how many were cured is not known.",
        "没有出院或康复记录：治愈人数未知。",
        "沒有出院或康復記錄：治癒人數未知。",
    ),
    "death_undated": _said(
        "Of {count} deaths the day is not known; they count from when they became known.",
        "{count}例死亡的日期不详，按获知之日计算。",
        "{count}例死亡的日期不詳，按獲知之日計算。",
    ),
    "differences": _said(
        "Register, hospital and laboratory differ about {count} people.",
        "登记、医院与实验室的记录有{count}人不一致。",
        "登記、醫院與實驗室的記錄有{count}人不一致。",
    ),
    "positive_not_in_register": _said(
        "{count} people with a positive result are not in the register.",
        "{count}名检测阳性者不在登记之内。",
        "{count}名檢測陽性者不在登記之內。",
    ),
    "other_disease": _said(
        "{count} people with a class under {disease} are not in this report.",
        "另有{count}人属{disease}，不在本报告内。",
        "另有{count}人屬{disease}，不在本報告內。",
    ),
    "other_series": _said(
        "The series {series} is not in this report.", "数据{series}不在本报告内。", "數據{series}不在本報告內。"
    ),
    "no_duties": _said(
        "No duties are on file up to this day.", "截至当日没有责任事项记录。", "截至當日沒有責任事項記錄。"
    ),
    "no_reproduction_number": _said(
        "The reproduction number is not given: {reason}.", "未给出再生数：{reason}。", "未給出再生數：{reason}。"
    ),
}
# The same of one alone, where a language says it in another way.
MISSING_ONE: dict[str, dict[str, str]] = {
    "en": {
        "days_without_count": "The series lacks {count} day of {measure} between its first and last.",
        "days_not_compared": "On {count} day some parts have no count of {measure}: parts and whole were not compared.",
        "not_confirmed": "{count} case is clinical or probable: on the curve and in Rt, in none of the figures.",
        "onset_unknown": "Of {count} case the onset is not known.",
        "outcome_unknown": "Of {count} confirmed case no outcome is on file.",
        "death_undated": "Of {count} death the day is not known; it counts from when it became known.",
        "other_disease": "{count} person with a class under {disease} is not in this report.",
        "differences": "Register, hospital and laboratory differ about {count} person.",
        "positive_not_in_register": "{count} person with a positive result is not in the register.",
    }
}
NO_RT: dict[str, Said] = {
    "no_interval": _said(
        "no serial interval is stated for this disease", "尚未为该疾病设定代间距", "尚未為該疾病設定代間距"
    ),
    "no_onset": _said(
        "no case on the curve has a day of onset", "曲线上没有发病日期已知的病例", "曲線上沒有發病日期已知的病例"
    ),
    "too_short": _said(
        "the curve by onset is shorter than the window", "按发病日期的曲线短于窗口期", "按發病日期的曲線短於窗口期"
    ),
}
