"""The closed words of a mapping: which facts there are, what each needs, and what each may say."""

from __future__ import annotations

from dataclasses import dataclass

MEASURES = ("confirmed", "cured", "deaths")
# What can be found in a series of counts, and so what a note can explain.
FINDINGS = ("shift", "restated", "conflict", "fall", "jump", "remainder", "reconciliation")
CLASSES = ("suspected", "clinical", "probable", "confirmed", "asymptomatic", "discarded")


@dataclass(frozen=True, slots=True)
class FactKind:
    """One kind of fact: the keys it must and may have, and how its day is given."""

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    dated: str = "may"  # "must": its day is what it says; "may": it can stand undated; "span": first and last
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (key, the only words it may say)


FACTS: dict[str, FactKind] = {
    "classification": FactKind(("value",), ("basis",), words=(("value", CLASSES),)),
    "onset": FactKind(dated="must"),
    "severity": FactKind(("value",), words=(("value", ("mild", "ordinary", "severe", "critical")),)),
    "symptom": FactKind(("name", "present")),
    "specimen": FactKind((), ("kind",), dated="must"),
    "result": FactKind(("test", "value"), words=(("value", ("positive", "negative", "inconclusive")),)),
    "outcome": FactKind(("value",), words=(("value", ("died", "recovered", "discharged")),)),
    "report": FactKind(dated="must"),
    "contact": FactKind(("kind",), ("setting",), dated="span"),
    "exposure": FactKind(("kind",), dated="span"),
    "presence": FactKind(("area",), dated="span"),
    "check": FactKind(("of",), ("tenths",), dated="must"),
    "treatment": FactKind(("kind",), dated="must"),
    "stay": FactKind(("kind",), ("facility", "certain"), dated="span", words=(("kind", ("home", "site", "ward")),)),
    "trait": FactKind(("name", "value")),
    "evidence": FactKind(("kind",), ("note",)),
    "count": FactKind(("measure", "value"), ("cumulative",), dated="must", words=(("measure", MEASURES),)),
}

# Keys whose value is true or false.
TRUTHS = ("present", "certain", "cumulative")
# How many characters the stores keep of each key's text.
LENGTHS = {
    "basis": 60,
    "name": 40,
    "kind": 20,
    "setting": 60,
    "area": 60,
    "of": 30,
    "test": 20,
    "measure": 20,
    "value": 100,
    "note": 400,
}
