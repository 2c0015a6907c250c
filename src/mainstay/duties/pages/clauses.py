"""A clause in words: when it binds, what it asks for by when, what closes it, and whose it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from mainstay.duties.rules import edition as rules
from mainstay.duties.rules.edition import Anchor, Clause, Condition, Edition, FactEvidence
from mainstay.people.pages.words import word
from mainstay.reports.kinds import kind_name

ANCHORS = {
    "onset": gettext_lazy("the first day of illness"),
    "first_positive": gettext_lazy("the first positive test"),
    "report": gettext_lazy("the report"),
    "case": gettext_lazy("the first classification"),
    "outcome": gettext_lazy("the outcome"),
    "last_exposure": gettext_lazy("the last contact"),
    "first_exposure": gettext_lazy("the first contact"),
    "exposure_spell": gettext_lazy("the contact that began it"),
    "stay": gettext_lazy("the first day of the stay"),
    "order": gettext_lazy("the order"),
    "objection": gettext_lazy("the objection"),
}
OWNERS = {
    "ward": gettext_lazy("the ward"),
    "site": gettext_lazy("the quarantine site"),
    "home_unit": gettext_lazy("the grid unit of the home"),
    "superior": gettext_lazy("the post above"),
    "headquarters": gettext_lazy("headquarters"),
    "group:tracing": gettext_lazy("tracing group"),
    "group:medical": gettext_lazy("medical group"),
    "group:isolation": gettext_lazy("isolation group"),
    "group:oversight": gettext_lazy("oversight group"),
    "group:burial": gettext_lazy("burial group"),
}
EVIDENCE = {
    "report": gettext_lazy("a report"),
    "onset": gettext_lazy("a first day of illness"),
    "classification": gettext_lazy("a classification"),
    "severity": gettext_lazy("an assessment of severity"),
    "specimen": gettext_lazy("a specimen"),
    "result": gettext_lazy("a test result"),
    "outcome": gettext_lazy("an outcome"),
    "contact": gettext_lazy("somebody named as a contact"),
    "check": gettext_lazy("a check"),
    "stay": gettext_lazy("a stay"),
    "offer": gettext_lazy("an offer of a place"),
    "order": gettext_lazy("an order"),
    "objection": gettext_lazy("a decision on the objection"),
    "treatment": gettext_lazy("a treatment"),
    "trait": gettext_lazy("what is known of the person"),
    "evidence": gettext_lazy("a record that it was done"),
}
ORDER_STATES = {
    "in_force": gettext_lazy("an order is in force"),
    "review_due": gettext_lazy("the review of an order is due"),
    "oral": gettext_lazy("an order by word of mouth is not in writing yet"),
    "unserved": gettext_lazy("an order was not served"),
}
OBJECTION_STATES = {
    "open": gettext_lazy("an objection is open"),
    "upheld": gettext_lazy("an objection was upheld"),
    "rejected": gettext_lazy("an objection was rejected"),
}
LEVELS = {
    "national": gettext_lazy("national"),
    "local": gettext_lazy("local"),
    "house": gettext_lazy("the house's own"),
}
FIELDS = {
    "when": gettext_lazy("When"),
    "until": gettext_lazy("Until"),
    "episode": gettext_lazy("Counted from"),
    "demand": gettext_lazy("What, by when"),
    "evidence": gettext_lazy("Closed by"),
    "owner": gettext_lazy("Whose"),
    "escalate": gettext_lazy("Who hears of it if it is late"),
    "title": gettext_lazy("Title"),
    "text": gettext_lazy("Text"),
    "recalled": gettext_lazy("Written from memory"),
}


@dataclass(frozen=True)
class Said:
    """A condition as a heading with its parts, or one line without any."""

    text: str
    parts: tuple[Said, ...] = ()


def own(by_language: dict[str, str]) -> str:
    """Of an edition's own words those in the reader's language."""
    language = (get_language() or "en").lower()
    return by_language.get(language) or by_language.get("en", "")


def listed(values: tuple[str, ...] | list[str]) -> str:
    return _("; ").join(word(value) for value in values)


def span(length: timedelta) -> str:
    """24 hours, 3 days."""
    hours = int(length / timedelta(hours=1))
    if hours and hours % 24 == 0 and hours > 24:
        days = hours // 24
        return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}
    return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}


def anchor(asked: Anchor) -> str:
    """A day to count from, moved by days."""
    symptom = asked.name.removeprefix("symptom:")
    name = str(ANCHORS.get(asked.name, _("the first day of: %(what)s") % {"what": word(symptom)}))
    if not asked.offset_days:
        return name
    days = abs(asked.offset_days)
    if asked.offset_days < 0:
        said = ngettext("%(number)s day before %(day)s", "%(number)s days before %(day)s", days)
    else:
        said = ngettext("%(number)s day after %(day)s", "%(number)s days after %(day)s", days)
    return said % {"number": days, "day": name}


def owner(code: str) -> str:
    return str(OWNERS.get(code, word(code.removeprefix("group:"))))


def by_when(clause: Clause) -> str:
    """Within 2 hours; daily by 20:00."""
    demand = clause.demand
    if not demand.daily:
        return _("within %(length)s") % {"length": span(demand.within)}
    return _("daily by %(time)s") % {"time": f"{demand.by:%H:%M}"} if demand.by else _("daily")


# --- conditions ---------------------------------------------------------------------------------------


def condition(asked: Condition) -> Said:
    """A condition as a tree of short sentences."""
    if isinstance(asked, rules.AllOf):
        return _several(_("all of these"), asked.parts)
    if isinstance(asked, rules.AnyOf):
        return _several(_("at least one of these"), asked.parts)
    if isinstance(asked, rules.NoneOf):
        return _several(_("none of these"), asked.parts, merge=False)
    if isinstance(asked, rules.AtLeast):
        return _several(_("at least %(count)s of these") % {"count": asked.count}, asked.parts, merge=False)
    return Said(_SENTENCES[type(asked)](asked))


def _several(heading: str, parts: tuple[Condition, ...], *, merge: bool = True) -> Said:
    said = tuple(condition(part) for part in parts)
    return said[0] if merge and len(said) == 1 else Said(heading, said)


def _sustained(asked: Any) -> str:
    words = {"of": word(asked.of), "below": f"{asked.below_tenths // 10}.{asked.below_tenths % 10}"}
    said = ngettext(
        "%(of)s below %(below)s for %(days)s full day", "%(of)s below %(below)s for %(days)s full days", asked.days
    )
    return said % (words | {"days": asked.days})


def _test(asked: Any) -> str:
    which = _(", ").join(one.upper() for one in asked.test)
    words = {"which": which, "result": word(asked.result), "number": asked.consecutive}
    if asked.consecutive == 1:
        return (_("the last %(which)s test is %(result)s") if which else _("the last test is %(result)s")) % words
    if which:
        said = _("the last %(number)s %(which)s tests are all %(result)s") % words
    else:
        said = _("the last %(number)s tests are all %(result)s") % words
    apart = timedelta(days=asked.apart_days) or timedelta(hours=asked.apart_hours)
    return said + (_(", at least %(length)s apart") % {"length": span(apart)} if apart else "")


def _exposed(asked: Any) -> str:
    said = _("met somebody who is %(classes)s") % {"classes": listed(asked.classes)}
    if asked.kinds:
        said += _(" (%(ways)s)") % {"ways": listed(asked.kinds)}
    if asked.since is not None:
        said += _(", not earlier than %(day)s of that person") % {"day": anchor(asked.since)}
    return said


def _been_in(asked: Any) -> str:
    said = ngettext(
        "was in %(areas)s within %(days)s day", "was in %(areas)s within %(days)s days", asked.within_days
    ) % {"areas": listed(asked.areas), "days": asked.within_days}
    return said + (_(" before %(day)s") % {"day": anchor(asked.before)} if asked.before else "")


def _age(asked: Any) -> str:
    if asked.at_least is not None and asked.below is not None:
        return _("aged %(least)s to under %(below)s") % {"least": asked.at_least, "below": asked.below}
    if asked.at_least is not None:
        return _("aged %(least)s or more") % {"least": asked.at_least}
    return _("aged under %(below)s") % {"below": asked.below}


def _days_since(asked: Any) -> str:
    words = {"day": anchor(asked.anchor), "least": asked.at_least, "below": asked.below}
    if asked.at_least is not None and asked.below is not None:
        return _("%(least)s to under %(below)s full days after %(day)s") % words
    if asked.at_least is not None:
        return _("%(least)s full days have passed since %(day)s") % words
    return _("fewer than %(below)s full days since %(day)s") % words


def unknown(name: str) -> str:
    """What is not known, in words: an anchor's day, or something of the person."""
    if name in ANCHORS:
        return str(ANCHORS[name])
    return word(name.removeprefix("symptom:"))


def _order(asked: Any) -> str:
    said = str(ORDER_STATES.get(asked.state, asked.state))
    return said + (_(" (%(ways)s)") % {"ways": listed(asked.kind)} if asked.kind else "")


_SENTENCES: dict[type, Callable[[Any], str]] = {
    rules.ClassificationIs: lambda asked: _("is %(values)s") % {"values": listed(asked.values)},
    rules.SeverityIs: lambda asked: _("severity is %(values)s") % {"values": listed(asked.values)},
    rules.OutcomeIs: lambda asked: _("has %(values)s") % {"values": listed(asked.values)},
    rules.SymptomIs: lambda asked: _("has any of: %(names)s") % {"names": listed(asked.names)},
    rules.Sustained: _sustained,
    rules.TestIs: _test,
    rules.ExposedTo: _exposed,
    rules.BeenIn: _been_in,
    rules.Staying: lambda asked: _("stays %(where)s") % {"where": listed(asked.kinds)},
    rules.Age: _age,
    rules.TraitIs: lambda asked: (
        _("%(trait)s: %(values)s")
        % {
            "trait": word(asked.name),
            "values": listed(asked.values),
        }
    ),
    rules.DaysSince: _days_since,
    rules.ClauseDone: lambda asked: _("done: %(clause)s") % {"clause": asked.clause},
    rules.Unknown: lambda asked: _("not known: %(what)s") % {"what": unknown(asked.name)},
    rules.OrderIs: _order,
    rules.ObjectionIs: lambda asked: str(OBJECTION_STATES.get(asked.state, asked.state)),
    rules.Vacant: lambda asked: _("nobody holds the post"),
    rules.QuestionIs: lambda asked: _("a received row left open: %(what)s") % {"what": listed(asked.kinds)},
}


# --- the whole clause ---------------------------------------------------------------------------------


def evidence(asked: FactEvidence | Condition) -> Said:
    """What closes the duty."""
    if not isinstance(asked, FactEvidence):
        return condition(asked)
    said = str(EVIDENCE.get(asked.fact, word(asked.fact)))
    if asked.of:
        said = _("%(fact)s (%(of)s)") % {"fact": said, "of": listed(asked.of)}
    if asked.count > 1:
        said = _("%(count)s times: %(fact)s") % {"count": asked.count, "fact": said}
    return Said(said)


def escalation(clause: Clause) -> str:
    steps = (
        _("%(who)s after %(length)s") % {"who": owner(one.to), "length": span(one.after)}
        if one.after
        else _("%(who)s at once") % {"who": owner(one.to)}
        for one in clause.escalate
    )
    return _(", ").join(steps)


def field(clause: Clause, name: str) -> Said:
    """One field of a clause in words."""
    if name in ("when", "until"):
        asked = getattr(clause, name)
        return condition(asked) if asked is not None else Said(_("no end of its own"))
    if name == "evidence":
        return evidence(clause.evidence)
    plain = {
        "episode": lambda: anchor(clause.episode),
        "demand": lambda: f"{kind_name(clause.demand.kind)}, {by_when(clause)}",
        "owner": lambda: _(", else ").join(owner(one) for one in clause.owner),
        "escalate": lambda: escalation(clause),
        "title": lambda: own(clause.title),
        "text": lambda: own(clause.text),
        "recalled": lambda: _("yes") if clause.recalled else _("no"),
    }
    return Said(plain[name]())


def whole(clause: Clause) -> list[dict[str, Any]]:
    """Every field that says something, with its name."""
    names = ("when", "demand", "until", "episode", "evidence", "owner", "escalate")
    return [{"name": str(FIELDS[name]), "said": field(clause, name)} for name in names]


def scope(edition: Edition) -> str:
    """National; local, with its area."""
    level = str(LEVELS.get(edition.level, edition.level))
    return f"{level}, {word(edition.area)}" if edition.area else level
