"""Chains of transmission: clusters, out-degree and serial interval from cases and who-infected-whom pairs.

Definitions follow the convention of contact networks in outbreak work (Nagraj et al. 2018, "epicontacts",
F1000Research 7:566); the serial interval is that of Fine 2003 (Am J Epidemiol 158:1039-1047).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from math import sqrt
from typing import Any, Literal

from mainstay.science.inputs import InputError, shown

# (infector, infectee)
Link = tuple[str, str]


class ChainsInputError(InputError):
    """Input that contradicts itself: a `code`, the `ids` concerned and a sentence that says what to do.

    Codes: `id_empty`, `pair_self` (from `Case` and `Pair`), `case_onset_conflict` (from `analyse_chains`).
    """


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its id and the local day of its first symptom, None where unknown."""

    id: str
    onset_date: date | None

    def __post_init__(self) -> None:
        _require_id(self.id, "case")


@dataclass(frozen=True, slots=True)
class Pair:
    """One statement that `infector` (perhaps one of several candidates) infected `infectee`; ids of persons.

    It carries no interval of its own: a recorded one is derived from the two onsets, and would go on saying
    the old number after an onset is corrected. Raises ChainsInputError `id_empty`, or `pair_self` where both
    ids are the same.
    """

    infector: str
    infectee: str

    def __post_init__(self) -> None:
        _require_id(self.infector, "infector")
        _require_id(self.infectee, "infectee")
        if self.infector == self.infectee:
            raise ChainsInputError(
                "pair_self",
                (self.infector,),
                f"{self.infector} is given as their own infector: correct the pair, or leave it out.",
            )


@dataclass(frozen=True, slots=True)
class OutDegree:
    """Infectees per person, over the persons that stand in a pair; None where there is no pair.

    Not a reproduction number: cases that no pair names are left out, and where each infectee has one infector
    the mean is 1 - trees / persons, which is below 1 even while the outbreak grows.
    """

    mean: float | None
    max: int | None
    denominator: Literal["in_pairs"] = "in_pairs"


@dataclass(frozen=True, slots=True)
class SerialInterval:
    """Days from onset of infector to onset of infectee, where both are known.

    `sd` is the sample one (n - 1): None below two intervals, as the others are where there is none.
    """

    n: int
    mean: float | None
    median: float | None
    sd: float | None
    min: int | None
    max: int | None


@dataclass(frozen=True, slots=True)
class Chains:
    """What `analyse chains` reports: counts, and the serial interval in days.

    `pairs` are distinct; `persons_unknown` stand in a pair and in no case; `cluster_sizes` counts persons,
    largest first, single persons too; `multi_infector` counts infectees with two or more candidate infectors.
    """

    cases: int
    pairs: int
    persons_unknown: int
    clusters: int
    cluster_sizes: tuple[int, ...]
    out_degree: OutDegree
    serial_interval_days: SerialInterval
    multi_infector: int

    def as_data(self) -> dict[str, Any]:
        """The `data` object of `mainstay.chains/1`: dicts, lists, numbers, and None for what is unknown."""
        return {**asdict(self), "cluster_sizes": list(self.cluster_sizes)}


def analyse_chains(cases: Iterable[Case], pairs: Iterable[Pair]) -> Chains:
    """Clusters, out-degree and serial interval of the persons in `cases` and `pairs`, in any order.

    Persons known only from pairs belong to their cluster. A pair (or a case) given twice counts once: saying
    it again infects nobody. Rings of pairs are kept (candidates may point both ways) and so are negative
    intervals (infection before symptoms is real). Each candidate infector counts, in out-degree and interval.
    Raises ChainsInputError `case_onset_conflict` if an id comes with two onsets, or with one and with none.
    """
    onsets = _onset_by_id(cases)
    links = {(pair.infector, pair.infectee) for pair in pairs}
    in_pairs = {person for link in links for person in link}
    sizes = _cluster_sizes(onsets.keys() | in_pairs, links)
    infectors_of = Counter(infectee for _, infectee in links)
    return Chains(
        cases=len(onsets),
        pairs=len(links),
        persons_unknown=len(in_pairs - onsets.keys()),
        clusters=len(sizes),
        cluster_sizes=sizes,
        out_degree=_out_degree(links, len(in_pairs)),
        serial_interval_days=_summarise(_intervals(onsets, links)),
        multi_infector=sum(1 for candidates in infectors_of.values() if candidates > 1),
    )


def _require_id(value: str, role: str) -> None:
    # Empty ids would otherwise join every case of unknown infector into one great false cluster.
    if not value.strip():
        raise ChainsInputError("id_empty", (), f"The {role} has no id: leave the row out, or give its id.")


def _onset_by_id(cases: Iterable[Case]) -> dict[str, date | None]:
    onsets: dict[str, date | None] = {}
    conflicts: set[str] = set()
    for case in cases:
        if onsets.setdefault(case.id, case.onset_date) != case.onset_date:
            conflicts.add(case.id)
    if conflicts:
        ids = sorted(conflicts)
        raise ChainsInputError(
            "case_onset_conflict",
            ids,
            f"{len(ids)} case id(s) come with two different onsets ({shown(ids)}): give only the one that holds.",
        )
    return onsets


def _cluster_sizes(persons: Iterable[str], links: Iterable[Link]) -> tuple[int, ...]:
    """Sizes of the connected groups, largest first: union-find (Tarjan & van Leeuwen 1984, path halving)."""
    parent = {person: person for person in persons}
    size = dict.fromkeys(parent, 1)

    def root(person: str) -> str:
        while parent[person] != person:
            parent[person] = parent[parent[person]]
            person = parent[person]
        return person

    for infector, infectee in links:
        small, large = sorted((root(infector), root(infectee)), key=size.__getitem__)
        if small != large:
            parent[small] = large
            size[large] += size.pop(small)
    return tuple(sorted(size.values(), reverse=True))


def _out_degree(links: Collection[Link], persons_in_pairs: int) -> OutDegree:
    if not links:
        return OutDegree(mean=None, max=None)
    infectees_of = Counter(infector for infector, _ in links)
    return OutDegree(mean=len(links) / persons_in_pairs, max=max(infectees_of.values()))


def _intervals(onsets: Mapping[str, date | None], links: Iterable[Link]) -> list[int]:
    days = []
    for infector, infectee in links:
        first, second = onsets.get(infector), onsets.get(infectee)
        if first is not None and second is not None:
            days.append((second - first).days)
    return days


def _summarise(days: Sequence[int]) -> SerialInterval:
    n = len(days)
    if n == 0:
        return SerialInterval(n=0, mean=None, median=None, sd=None, min=None, max=None)
    ordered = sorted(days)
    total, squares = sum(ordered), sum(day * day for day in ordered)
    # Whole numbers until the last division: no figure depends on the order of the pairs.
    sd = sqrt((n * squares - total * total) / (n * (n - 1))) if n > 1 else None
    return SerialInterval(
        n=n,
        mean=total / n,
        median=(ordered[(n - 1) // 2] + ordered[n // 2]) / 2,
        sd=sd,
        min=ordered[0],
        max=ordered[-1],
    )
