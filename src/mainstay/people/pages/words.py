"""How people, their categories, duties and facts are worded on every page that shows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from mainstay.duties.titles import Titles, title, unknown_asked_for
from mainstay.reports.queries.one_person import FactRow
from mainstay.reports.queries.owed import OwedRow
from mainstay.reports.queries.stays import StayRow
from mainstay.reports.rules.worst import Sign
from mainstay.web import wording

# Category as an edition calls it -> (the mark that stands beside it, its word).
CATEGORIES = {
    "confirmed": ("confirmed", gettext_lazy("Confirmed")),
    "clinical": ("confirmed", gettext_lazy("Clinically diagnosed")),
    "asymptomatic": ("confirmed", gettext_lazy("Infected, no symptoms")),
    "suspected": ("suspected", gettext_lazy("Suspected")),
    "fever_patient": ("fever-patient", gettext_lazy("Fever patient")),
    "close_contact": ("close-contact", gettext_lazy("Close contact")),
}

WORDS = {
    "suspected": gettext_lazy("suspected"),
    "clinical": gettext_lazy("clinically diagnosed"),
    "probable": gettext_lazy("probable"),
    "confirmed": gettext_lazy("confirmed"),
    "asymptomatic": gettext_lazy("infected, no symptoms"),
    "discarded": gettext_lazy("ruled out"),
    "positive": gettext_lazy("positive"),
    "negative": gettext_lazy("negative"),
    "inconclusive": gettext_lazy("not clear"),
    "mild": gettext_lazy("mild"),
    "ordinary": gettext_lazy("ordinary"),
    "severe": gettext_lazy("severe"),
    "critical": gettext_lazy("critical"),
    "died": gettext_lazy("died"),
    "recovered": gettext_lazy("recovered"),
    "discharged": gettext_lazy("discharged"),
    "fever": gettext_lazy("fever"),
    "cough": gettext_lazy("cough"),
    "shortness_of_breath": gettext_lazy("short of breath"),
    "chest_pain": gettext_lazy("chest pain"),
    "home": gettext_lazy("at home"),
    "site": gettext_lazy("in a quarantine site"),
    "ward": gettext_lazy("in a ward"),
    "isolation": gettext_lazy("isolation"),
    "quarantine": gettext_lazy("quarantine"),
    "household": gettext_lazy("same household"),
    "work": gettext_lazy("at work"),
    "school": gettext_lazy("at school"),
    "care": gettext_lazy("gave care"),
    "vehicle": gettext_lazy("same vehicle"),
    "room": gettext_lazy("same room"),
    "visit": gettext_lazy("a visit"),
    "general": gettext_lazy("less than close"),
    "upheld": gettext_lazy("upheld"),
    "rejected": gettext_lazy("rejected"),
    "investigation": gettext_lazy("Investigation done"),
    "contact_list": gettext_lazy("List of contacts taken"),
    "call_reached": gettext_lazy("Call: reached"),
    "call_no_answer": gettext_lazy("Call: no answer"),
    "call_refused": gettext_lazy("Call: would not speak"),
    "call_back": gettext_lazy("Call: asked to be called back"),
    "visit_no_answer": gettext_lazy("Visit: nobody there"),
    "visit_refused": gettext_lazy("Visit: would not open"),
    "release": gettext_lazy("Released"),
    "revisit": gettext_lazy("Visited again after discharge"),
    "safe_burial": gettext_lazy("Buried safely"),
    "order_review": gettext_lazy("Order reviewed"),
    "vaccine": gettext_lazy("vaccine"),
    "immunoglobulin": gettext_lazy("immunoglobulin"),
    "temperature": gettext_lazy("temperature"),
    "symptoms": gettext_lazy("symptoms"),
    "sex": gettext_lazy("Sex"),
    "age": gettext_lazy("Age"),
    "birth_date": gettext_lazy("Born"),
    "male": gettext_lazy("male"),
    "female": gettext_lazy("female"),
    "onset": gettext_lazy("first day of illness"),
    "death_date": gettext_lazy("day of death"),
    "travel": gettext_lazy("where they have been"),
    "stay": gettext_lazy("where they are staying"),
    "severity": gettext_lazy("how ill"),
    "last_exposure": gettext_lazy("last day of contact"),
    "absent": gettext_lazy("absent"),
    "present": gettext_lazy("present"),
    "blood_picture": gettext_lazy("typical blood picture"),
    "pneumonia_imaging": gettext_lazy("pneumonia on imaging"),
    "imaging_progress": gettext_lazy("lesions grown on imaging"),
    "lesions_absorbed": gettext_lazy("lesions absorbed"),
    "symptoms_improved": gettext_lazy("symptoms improved"),
    "no_better_on_antibiotics": gettext_lazy("no better on antibiotics"),
    "fast_breathing": gettext_lazy("breathing fast"),
    "low_saturation": gettext_lazy("low oxygen saturation"),
    "low_oxygenation": gettext_lazy("low oxygenation index"),
    "ventilated": gettext_lazy("ventilated"),
    "shock": gettext_lazy("shock"),
    "organ_failure": gettext_lazy("organ failure"),
    "rash": gettext_lazy("rash"),
    "headache": gettext_lazy("headache"),
    "diarrhoea": gettext_lazy("diarrhoea"),
    "vomiting": gettext_lazy("vomiting"),
    "weakness": gettext_lazy("weakness"),
    "muscle_pain": gettext_lazy("muscle pain"),
    "abdominal_pain": gettext_lazy("abdominal pain"),
    "unexplained_bleeding": gettext_lazy("unexplained bleeding"),
    "sudden_death": gettext_lazy("sudden death"),
    "severe_respiratory_infection": gettext_lazy("severe respiratory infection"),
    "unexpected_course": gettext_lazy("unexpected course of illness"),
    "wuhan": gettext_lazy("Wuhan"),
    "hubei": gettext_lazy("Hubei"),
    "middle_east": gettext_lazy("the Middle East"),
    "corpse": gettext_lazy("touched a dead body"),
    "funeral": gettext_lazy("at a funeral"),
    "body_fluids": gettext_lazy("body fluids"),
    "emergency_room": gettext_lazy("same emergency room"),
    "health_worker": gettext_lazy("health worker"),
    "other": gettext_lazy("another way"),
    "unknown": gettext_lazy("way not known"),
    "immune": gettext_lazy("immune"),
    "risk_group": gettext_lazy("risk group"),
    "role": gettext_lazy("role"),
    "pregnant": gettext_lazy("pregnant"),
    "immunocompromised": gettext_lazy("weakened immunity"),
    "under_6_months": gettext_lazy("under 6 months old"),
    "moved_awaiting_discharge": gettext_lazy("moved, awaiting discharge"),
    "answer": gettext_lazy("answer"),
    "holding": gettext_lazy("somebody holds the post"),
    "dated": gettext_lazy("with its day"),
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "given": gettext_lazy("given"),
    "ended": gettext_lazy("ended"),
    "served": gettext_lazy("served"),
    "open": gettext_lazy("open"),
    "covid-19": gettext_lazy("COVID-19"),
    "ebola": gettext_lazy("Ebola virus disease"),
    "measles": gettext_lazy("measles"),
    "mers": gettext_lazy("MERS"),
}

ICONS = {
    "classification": "flag",
    "severity": "lungs",
    "symptom": "lungs",
    "specimen": "test",
    "result": "test",
    "report": "report",
    "stay": "beds",
    "check": "thermometer",
    "evidence": "check",
    "treatment": "pill",
    "order": "isolation-orders",
    "objection": "scale",
    "offer": "door",
}


def word(value: str) -> str:
    """A word of the vocabulary in the reader's language; one that has no translation is shown as it is."""
    value = value.removeprefix("symptom:")
    return str(WORDS[value]) if value in WORDS else value.replace("_", " ").replace(":", ": ")


def called(name: str, person: UUID) -> str:
    """Their name, or the last digits of their record where none is known."""
    return name or _("Record %(digits)s") % {"digits": person.hex[-8:]}


def category(value: str) -> dict[str, str]:
    """The mark and the word of a category."""
    mark, said = CATEGORIES.get(value, ("ruled-out", word(value)))
    return {"mark": mark, "word": str(said)}


def where(kind: str, name: str) -> str:
    """Where somebody is, in words; nothing where nobody knows."""
    if kind == "home":
        return _("at home, %(place)s") % {"place": name} if name else _("at home")
    return name or (word(kind) if kind else "")


def asked(found: Titles, edition: str, clause: str) -> str:
    """What a clause asks for, in the reader's language."""
    language = (get_language() or "en").lower()
    unknown = unknown_asked_for(clause)
    if unknown is None:
        return title(found, edition, clause, language)
    known = found.get((edition, unknown))
    return title(found, edition, unknown, language) if known else _("Find out: %(what)s") % {"what": word(unknown)}


def duty(found: Titles, row: OwedRow, today: date) -> str:
    """What is owed, with its day where it is owed daily."""
    said = asked(found, row.edition, row.clause)
    if row.occurrence is None:
        return said
    return _("%(duty)s, for %(day)s") % {"duty": said, "day": wording.day(row.occurrence, today)}


STATES = {"done": "done", "missed": "missed", "excused": "done"}


def state(row: OwedRow, at: datetime) -> str:
    """Which mark a duty bears."""
    if row.status == "open":
        return "overdue" if row.is_overdue(at) else "due"
    return STATES.get(row.status, "unknown")


def when(row: OwedRow, at: datetime, today: date) -> str:
    """Overdue for how long, or by when."""
    if row.is_overdue(at):
        return _("overdue %(length)s") % {"length": wording.delay(at - row.due_at)}
    return _("by %(moment)s") % {"moment": wording.moment(row.due_at, today)}


def stay(row: StayRow, today: date) -> dict[str, Any]:
    """One stay: where, from when to when, and who says so."""
    return {
        "where": where(row.kind, row.facility),
        "starts": wording.day(row.starts, today) if row.starts else "",
        "ends": wording.day(row.ends, today) if row.ends else "",
        "certain": row.certain,
        "present": row.present,
        "by": row.by,
        "recorded": wording.moment(row.recorded_at, today),
    }


SIGNS = {
    Sign.SEVERITY_ROSE: gettext_lazy("worsening: more severely ill than before"),
    Sign.BREATH: gettext_lazy("worsening: short of breath or chest pain when last asked"),
    Sign.FEVER_ROSE: gettext_lazy("worsening: fever rising"),
    Sign.NOT_ISOLATED: gettext_lazy("not isolated"),
    Sign.NOT_TESTED: gettext_lazy("not tested"),
}


def why(found: Collection[Sign], oldest: datetime | None, at: datetime) -> str:
    """Why somebody stands where they do, the gravest reason first; nothing where nothing presses."""
    said = [str(SIGNS[sign]) for sign in found]
    if oldest is not None:
        said.append(_("overdue %(length)s") % {"length": wording.delay(at - oldest)})
    return _("; ").join(said)


# --- facts --------------------------------------------------------------------------------------------


def fact(row: FactRow) -> str:
    """One fact as a short sentence."""
    return said(row.kind, row.says)


def said(kind: str, says: Mapping[str, Any]) -> str:
    """What a fact of a kind says, as a short sentence."""
    return str(_SENTENCES[kind](says)) if kind in _SENTENCES else kind


def _result(says: Mapping[str, Any]) -> str:
    return _("Test %(test)s: %(value)s") % {"test": says["test"].upper(), "value": word(says["value"])}


def _symptom(says: Mapping[str, Any]) -> str:
    name = word(says["name"])
    return name if says["present"] else _("no %(symptom)s") % {"symptom": name}


def _check(says: Mapping[str, Any]) -> str:
    if says["of"] == "clinical":
        return _("Clinical check")
    if says["tenths"] is None:
        return _("Asked about: %(what)s") % {"what": word(says["of"])}
    return f"{says['tenths'] // 10}.{says['tenths'] % 10} °C"


def _stay(says: Mapping[str, Any]) -> str:
    return where(says["kind"], says["facility__name"] or "")


def _evidence(says: Mapping[str, Any]) -> str:
    return word(says["kind"])


def _trait(says: Mapping[str, Any]) -> str:
    return f"{word(says['name'])}: {word(says['value'])}"


def _offer(says: Mapping[str, Any]) -> str:
    offered = _("A place was offered: %(kind)s") % {"kind": word(says["kind"])}
    if says["accepted"] is None:
        return offered
    return f"{offered}, " + (_("taken") if says["accepted"] else _("not taken"))


def _presence(says: Mapping[str, Any]) -> str:
    return _("Was in %(area)s") % {"area": says["area"]}


_SENTENCES: dict[str, Any] = {
    "classification": lambda says: _("Classified: %(value)s") % {"value": word(says["value"])},
    "onset": lambda says: _("First day of illness"),
    "severity": lambda says: _("Severity: %(value)s") % {"value": word(says["value"])},
    "symptom": _symptom,
    "specimen": lambda says: _("Specimen taken"),
    "result": _result,
    "outcome": lambda says: _("Outcome: %(value)s") % {"value": word(says["value"])},
    "report": lambda says: _("Case reported"),
    "presence": _presence,
    "stay": _stay,
    "check": _check,
    "evidence": _evidence,
    "treatment": lambda says: _("Given: %(what)s") % {"what": word(says["kind"])},
    "offer": _offer,
    "order": lambda says: _("Order: %(kind)s") % {"kind": word(says["kind"])},
    "objection": lambda says: _("Objection") + (f": {word(says['decision'])}" if says["decision"] else ""),
    "trait": _trait,
}
