"""What stands in the columns that are added to somebody's own workbook, in the languages it is given back in."""

from __future__ import annotations

from mainstay.reports.rules.words import Said


def _said(en: str, zh_hans: str, zh_hant: str) -> Said:
    return {"en": en, "zh-hans": zh_hans, "zh-hant": zh_hant}


COLUMNS: dict[str, Said] = {
    "record": _said("Record number", "档案号", "檔案號"),
    "category": _said("Category now", "当前类别", "目前類別"),
    "classification": _said("Classification", "分类诊断", "分類診斷"),
    "test": _said("Last test", "最近检测", "最近檢測"),
    "result": _said("Its result", "检测结果", "檢測結果"),
    "where": _said("Where now", "现在何处", "現在何處"),
    "open": _said("Duties open", "未办事项数", "未辦事項數"),
    "overdue": _said("of them overdue", "其中逾期", "其中逾期"),
    "duties": _said("Which", "事项内容", "事項內容"),
    "call": _said("Last call", "最近通话", "最近通話"),
    "named": _said("Contacts named", "所述接触者", "所述接觸者"),
    "mended": _said("Mended since", "其后补正", "其後補正"),
    "added": _said("Added since", "其后新增", "其後新增"),
    "name": _said("Name", "姓名", "姓名"),
    "phone": _said("Telephone", "电话", "電話"),
    "address": _said("Address", "地址", "地址"),
}
YES = _said("added", "新增", "新增")
HELD = _said("held: not taken in yet", "暂缓：尚未收录", "暫緩：尚未收錄")
TOLD = _said("{word}, {day}", "{word}，{day}", "{word}，{day}")
FIND_OUT = _said("Find out: {what}", "查明：{what}", "查明：{what}")
IS = _said("{column}: {value}", "{column}：{value}", "{column}：{value}")
AND = _said("; ", "；", "；")
LIST = _said(", ", "、", "、")

WORDS: dict[str, Said] = {
    "confirmed": _said("confirmed", "确诊", "確診"),
    "clinical": _said("clinically diagnosed", "临床诊断", "臨床診斷"),
    "probable": _said("probable", "可能病例", "可能病例"),
    "asymptomatic": _said("infected, no symptoms", "无症状感染者", "無症狀感染者"),
    "suspected": _said("suspected", "疑似", "疑似"),
    "discarded": _said("ruled out", "排除", "排除"),
    "fever_patient": _said("fever patient", "发热患者", "發熱患者"),
    "close_contact": _said("close contact", "密切接触者", "密切接觸者"),
    "positive": _said("positive", "阳性", "陽性"),
    "negative": _said("negative", "阴性", "陰性"),
    "inconclusive": _said("not clear", "结果不明", "結果不明"),
    "home": _said("at home", "居家", "居家"),
    "site": _said("in a quarantine site", "集中隔离点", "集中隔離點"),
    "ward": _said("in a ward", "病区", "病區"),
    "call_reached": _said("reached", "已接通", "已接通"),
    "call_no_answer": _said("no answer", "无人接听", "無人接聽"),
    "call_refused": _said("would not speak", "拒绝交谈", "拒絕交談"),
    "call_back": _said("asked to be called back", "约定回拨", "約定回撥"),
}


def word(value: str, language: str) -> str:
    """A word of the vocabulary; one that has no translation as it is."""
    return WORDS[value][language] if value in WORDS else value.replace("_", " ").replace(":", ": ")
