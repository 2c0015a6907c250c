"""Judging in microseconds a person, beside what reading the same facts from their tuples costs."""

from __future__ import annotations

import argparse
import time
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from bench.stage import machine, median

ROUNDS = 7


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench judge")
    parser.add_argument("--people", type=int, default=20_000)
    given = parser.parse_args(arguments)
    rules, people = _rules(), _people(given.people)
    horizon = _horizon()
    empty = [_once(people, lambda facts: facts) for _ in range(ROUNDS)]
    judged = [_once(people, lambda facts: _judge(facts, rules, horizon)) for _ in range(ROUNDS)]
    print(f"\nJudging\n  {machine()}\n  python -m bench judge --people {given.people}")
    print(f"  clauses {len(rules.clauses)}, people {given.people}, half of them cases and half contacts")
    print(f"  judge      {median(judged):8.2f} microseconds a person (median of {ROUNDS})")
    print(f"  empty loop {median(empty):8.2f} microseconds a person: the least Python takes")
    return 0


def _once(people: list[Any], work: Any) -> float:
    begun = time.perf_counter()
    for facts in people:
        work(facts)
    return (time.perf_counter() - begun) / len(people) * 1e6


def _judge(facts: Any, rules: Any, horizon: Any) -> None:
    from mainstay.duties.rules.judge import judge

    judge("person", facts, rules, horizon)


def _rules() -> Any:
    from mainstay.duties.library import load
    from mainstay.duties.rules.edition import combine

    names = ("house", "covid-19.control.5", "covid-19.treatment.6")
    return combine(tuple(load(name)[0] for name in names))


def _horizon() -> Any:
    from mainstay.duties.rules.horizon import Horizon
    from mainstay.platform.clock import day_end

    day = date(2020, 3, 1)
    return Horizon(day_end(day, "Asia/Shanghai"), day, "Asia/Shanghai")


def _people(number: int) -> list[Any]:
    from mainstay.duties.rules import facts as shapes
    from mainstay.platform.clock import known_on

    day = date(2020, 2, 28)
    known: datetime = known_on(day, "Asia/Shanghai")
    found = []
    for n in range(number):
        root = UUID(int=n)
        if n % 2:
            exposure = shapes.Exposure(root, known, day, day, None, "household", "confirmed", day, day, day)
            found.append(shapes.PersonFacts(exposures=(exposure,)))
        else:
            found.append(
                shapes.PersonFacts(
                    classifications=(shapes.Classified(root, known, day, "confirmed"),),
                    onsets=(shapes.Onset(root, known, day - timedelta(days=3)),),
                    results=(shapes.Result(root, known, day, None, "pcr", "positive"),),
                    reports=(shapes.Reported(root, known, day),),
                    stays=(shapes.Stay(root, known, day, None, "ward", None, True),),
                )
            )
    return found
