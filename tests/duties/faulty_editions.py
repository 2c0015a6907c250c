"""A small edition in order, and ways to spoil it: what is put in whose place, what must be said of it."""

from __future__ import annotations

from dataclasses import dataclass

EDITION = """\
id = "flu.1"
disease = "flu"
series = "flu"
level = "national"
effective_from = 2020-01-01
source = "a test"

[title]
en = "Influenza"
zh-hans = "流感"
zh-hant = "流感"

[anchors]
onset = ["onset", "report"]

[kinds]
close = ["household", "work"]

[[class]]
value = "confirmed"

[[category]]
id = "confirmed"
when.classification = "confirmed"

[[clause]]
id = "case.onset"
title.en = "Find out the onset"
title.zh-hans = "查明发病日期"
title.zh-hant = "查明發病日期"
when.classification = "confirmed"
demand = { kind = "establish", within = "24h" }
evidence = { fact = "onset" }
owner = ["ward", "headquarters"]

[[clause]]
id = "case.report"
title.en = "Report"
title.zh-hans = "报告"
title.zh-hant = "報告"
when.classification = ["confirmed"]
demand = { kind = "report", within = "2h" }
evidence = { fact = "report" }
owner = ["headquarters"]

[[clause]]
id = "contact.observe"
title.en = "Take the temperature"
title.zh-hans = "测温"
title.zh-hant = "測溫"
when.all = [
  { exposed_to = { classification = "confirmed", kinds = "close", from = "onset-2d" } },
  { none = [
    { classification = "confirmed" },
  ] },
]
until.days_since = { anchor = "last_exposure", at_least = 14 }
demand = { kind = "temperature_check", every = "1d", by = "20:00" }
evidence = { fact = "check", of = "temperature" }
owner = ["ward", "headquarters"]
escalate = ["+4h superior"]
"""


@dataclass(frozen=True)
class Fault:
    """What is put in whose place, and what must be said of it."""

    old: str
    new: str
    code: str
    key: str
    says: str
    at: str = ""  # the line that is named, by its text; else the one with the new text


FAULTS = {
    "not TOML": Fault('series = "flu"', 'series = "flu', "syntax", "the file", "not TOML"),
    "unknown key": Fault(
        'level = "national"\n',
        'level = "national"\nauthor = "x"\n',
        "unknown_key",
        "author",
        "known here: ",
        'author = "x"',
    ),
    "unknown predicate": Fault(
        "    { classification",
        "    { clasification",
        "unknown_key",
        "clause[contact.observe].when.all[1].none[0].clasification",
        "did you mean 'classification'?",
    ),
    "unknown class": Fault(
        'id = "confirmed"\nwhen.classification = "confirmed"',
        'id = "confirmed"\nwhen.classification = "sure"',
        "word",
        "category[confirmed].when.classification",
        "known here: confirmed, clinical",
        'when.classification = "sure"',
    ),
    "unknown category": Fault(
        '[[category]]\nid = "confirmed"',
        '[[category]]\nid = "odd"',
        "word",
        "category[odd].id",
        "not a word of the vocabulary",
        'id = "odd"',
    ),
    "bad span": Fault(
        'within = "24h"', 'within = "a day"', "form", "clause[case.onset].demand.within", "like 2h or 14d"
    ),
    "bad anchor": Fault(
        '"onset-2d"',
        '"onset-2"',
        "form",
        "clause[contact.observe].when.all[0].exposed_to.from",
        "like onset or onset-2d",
    ),
    "bad time of day": Fault('by = "20:00"', 'by = "8 pm"', "form", "clause[contact.observe].demand.by", "like 20:00"),
    "bad escalation": Fault(
        '"+4h superior"', '"4h boss"', "form", "clause[contact.observe].escalate[0]", "'+4h superior'"
    ),
    "bad owner": Fault(
        'owner = ["ward", "headquarters"]\nescalate',
        'owner = ["doctor"]\nescalate',
        "form",
        "clause[contact.observe].owner[0]",
        "group:NAME",
        'owner = ["doctor"]',
    ),
    "bad subject": Fault(
        'id = "case.onset"\n',
        'id = "case.onset"\nsubject = "dog"\n',
        "word",
        "clause[case.onset].subject",
        "known here: person, post, question",
        'subject = "dog"',
    ),
    "wrong type": Fault(
        'evidence = { fact = "check", of = "temperature" }',
        'evidence = { fact = "check", count = "two" }',
        "value",
        "clause[contact.observe].evidence.count",
        "a whole number",
    ),
    "empty list": Fault('close = ["household", "work"]', "close = []", "value", "kinds.close", "the list is empty"),
    "an area of the nation": Fault(
        'level = "national"\n',
        'level = "national"\narea = "wuhan"\n',
        "word",
        "level",
        'only "local"',
        'level = "national"',
    ),
    "a local one of nowhere": Fault(
        'level = "national"',
        'level = "local"',
        "missing_key",
        "the file",
        "'area' is missing",
        'id = "flu.1"',
    ),
    "daily and once": Fault(
        'every = "1d", by = "20:00"',
        'every = "1d", within = "2h"',
        "unknown_key",
        "clause[contact.observe].demand.within",
        "known here: by, every, kind",
        'every = "1d", within',
    ),
    "missing key": Fault(
        'owner = ["ward", "headquarters"]\n\n',
        "\n",
        "missing_key",
        "clause[case.onset]",
        "'owner' is missing",
        "[[clause]]",
    ),
    "missing translation": Fault(
        'title.zh-hant = "查明發病日期"\n',
        "",
        "translation",
        "clause[case.onset].title",
        "traditional Chinese",
        'title.en = "Find out the onset"',
    ),
    "series": Fault('series = "flu"', 'series = "cold"', "series", "id", "begin with its series", 'id = "flu.1"'),
    "level": Fault('level = "national"', 'level = "house"', "level", "disease", "go together", 'disease = "flu"'),
    "no such day": Fault(
        "effective_from = 2020-01-01",
        'effective_from = "2020-02-31"',
        "form",
        "effective_from",
        "no day of the calendar",
    ),
    "duplicate clause": Fault(
        'id = "case.report"\ntitle.en',
        'id = "case.onset"\ntitle.en',
        "duplicate",
        "clause[case.onset].id",
        "stands twice",
        'id = "case.onset"\ntitle.en = "Report"',
    ),
    "unknown fallback": Fault(
        '["onset", "report"]', '["onset", "reprot"]', "anchor", "anchors.onset[1]", "did you mean 'report'?"
    ),
    "unknown anchor": Fault(
        'anchor = "last_exposure"',
        'anchor = "last_contact"',
        "anchor",
        "clause[contact.observe].until.days_since.anchor",
        "no anchor 'last_contact'",
    ),
    "window of the other person": Fault(
        'from = "onset-2d"',
        'from = "stay-2d"',
        "anchor",
        "clause[contact.observe].when.all[0].exposed_to.from",
        "first_positive",
    ),
    "unknown way of meeting": Fault(
        'kinds = "close"',
        'kinds = "closed"',
        "kinds",
        "clause[contact.observe].when.all[0].exposed_to.kinds",
        "did you mean 'close'?",
    ),
    "two exposures": Fault(
        '    { classification = "confirmed" },\n',
        '    { exposed_to = { classification = "suspected" } },\n',
        "exposure",
        "clause[contact.observe].when.all[1].none[0].exposed_to",
        "make two clauses",
    ),
    "cannot be asked": Fault(
        '    { classification = "confirmed" },\n',
        '    { unknown = "age_of_dog" },\n',
        "unknown",
        "clause[contact.observe].when.all[1].none[0].unknown",
        "cannot be asked for",
    ),
    "nothing between": Fault(
        "at_least = 14 }",
        "at_least = 14, below = 14 }",
        "limits",
        "clause[contact.observe].until.days_since.below",
        "nothing lies between",
    ),
    "more than there are": Fault(
        '    { classification = "confirmed" },\n',
        "    { at_least = { count = 2, of = [{ immune = true }] } },\n",
        "limits",
        "clause[contact.observe].when.all[1].none[0].at_least.count",
        "only 1",
    ),
    "one result apart": Fault(
        '    { classification = "confirmed" },\n',
        '    { test = { result = "negative", apart = "24h" } },\n',
        "limits",
        "clause[contact.observe].when.all[1].none[0].test.apart",
        "consecutive = 2",
    ),
    "over no day": Fault(
        '    { classification = "confirmed" },\n',
        '    { sustained = { of = "temperature", below = 37.3, for = "0d" } },\n',
        "limits",
        "clause[contact.observe].when.all[1].none[0].sustained.for",
        "at least 1d",
    ),
    "a person vacant": Fault(
        '    { classification = "confirmed" },\n',
        "    { vacant = true },\n",
        "subject",
        "clause[contact.observe].when.all[1].none[0].vacant",
        "said of a post",
    ),
    "a post confirmed": Fault(
        'id = "case.report"\n',
        'id = "case.report"\nsubject = "post"\n',
        "subject",
        "clause[case.report].when.classification",
        "said of a person",
        "when.classification = [",
    ),
    "never such a value": Fault(
        'of = "temperature"',
        'of = "temperature", after = "episode"',
        "evidence",
        "clause[contact.observe].evidence.after",
        "fact of its own day",
    ),
    "a post's evidence": Fault(
        'when.classification = ["confirmed"]',
        'subject = "post"\nwhen.vacant = true',
        "evidence",
        "clause[case.report].evidence",
        'of = "holding"',
        'evidence = { fact = "report" }',
    ),
    "no kinds to choose from": Fault(
        '{ fact = "report" }',
        '{ fact = "report", of = "first" }',
        "evidence",
        "clause[case.report].evidence.of",
        "no kinds to choose from",
    ),
    "impossible value": Fault(
        '{ fact = "report" }',
        '{ fact = "order", of = "curfew" }',
        "evidence",
        "clause[case.report].evidence.of",
        "ever 'curfew'",
    ),
    "daily by a condition": Fault(
        'evidence = { fact = "check", of = "temperature" }',
        'evidence.staying = "ward"',
        "evidence",
        "clause[contact.observe].evidence",
        "a fact of its day",
    ),
    "absence as evidence": Fault(
        'evidence = { fact = "report" }',
        "evidence.all = [{ none = [{ immune = true }] }]",
        "evidence",
        "clause[case.report].evidence",
        "what must be there",
    ),
    "done of no clause": Fault(
        '    { classification = "confirmed" },\n',
        '    { done = "case.onse" },\n',
        "done",
        "clause[contact.observe].when.all[1].none[0].done",
        "did you mean 'case.onset'?",
    ),
    "circle of one": Fault(
        'evidence = { fact = "report" }',
        'evidence.done = "case.report"',
        "circle",
        "clause[case.report].evidence.done",
        "case.report waits for case.report",
    ),
    # The fault is named where the onset is used first.
    "onset not asked for": Fault(
        'evidence = { fact = "onset" }',
        'evidence = { fact = "report" }',
        "onset",
        "clause[contact.observe].when.all[0].exposed_to.from",
        "no clause asks",
        "  { exposed_to",
    ),
}
