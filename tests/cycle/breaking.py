"""Run as a program: break one predicate of `judge`, run a period, and print what the check finds.

    python -m tests.cycle.breaking TestIs 2020-02-25

Everybody is marked to be judged, as after a change of the program.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import django

from mainstay.duties.rules import edition as words
from mainstay.duties.rules import predicates
from mainstay.duties.rules.verdict import Verdict


def contrary(kind: type) -> Callable[[Any, predicates.Context], Verdict]:
    """A predicate with its answers turned round; what it does not know it then affirms."""
    true = predicates.PREDICATES[kind]

    def answer(asked: Any, context: predicates.Context) -> Verdict:
        said = true(asked, context)
        return said._replace(value=not said.value, unknown=())

    return answer


def main(name: str, day: str) -> None:
    django.setup()
    from mainstay.cycle import check
    from mainstay.cycle.run import SYSTEM, run_cycle
    from mainstay.intake.models import Question
    from mainstay.organisations.models import Post
    from mainstay.people.models import Person
    from mainstay.platform import ledger
    from mainstay.platform.clock import now

    by = ledger.actor(SYSTEM)
    everybody = [ledger.Subject("person", identity) for identity in Person.objects.values_list("id", flat=True)]
    everybody += [ledger.Subject("post", identity) for identity in Post.objects.values_list("id", flat=True)]
    everybody += [ledger.Subject("question", root) for root in Question.objects.values_list("root", flat=True)]
    ledger.append([], by=by, at=now(), verb="test.touch", touch=everybody)
    if name != "nothing":
        kind = getattr(words, name)
        predicates.PREDICATES[kind] = contrary(kind)
    run_cycle(on=date.fromisoformat(day), by=by)
    print(json.dumps(sorted({finding.code for finding in check.run().findings})))


if __name__ == "__main__":
    main(*sys.argv[1:])
