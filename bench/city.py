"""A city of invented people for benchmarks: homes in units, names and telephones; some of them of concern.

Made by a plain generator: persons and identifiers by the services' own rows, straight into the tables; the facts of
those of concern through the ledger, judged by real cycles.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

DISTRICTS, COMMUNITIES, UNITS = 10, 10, 30  # communities in a district, units in a community
AT_ONCE = 10_000
# Invented: every surname with every given name made of two of these.
SURNAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛范彭郎鲁韦昌马苗凤花方"
GIVEN = "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥春夏秋冬东西南北"


def make(people: int, of_concern: int, days: int = 1) -> Any:
    """The instance of the environment: so many people, the first of them of concern, judged on so many days.

    Returns the actor to write as.
    """
    from bench.people import LAST, facts_of
    from mainstay.cycle.instance import initialise, read_profile
    from mainstay.cycle.run import run_cycle
    from mainstay.platform import bulk, ledger
    from mainstay.platform.clock import ONE_DAY, now

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "city.toml"
        path.write_text(_profile(), encoding="utf-8")
        initialise(profile=read_profile(str(path)), at=now())
    by = ledger.actor("benchmark")
    persons = _inhabitants(people, of_concern)
    for some in bulk.chunks(facts_of(persons[:of_concern]), AT_ONCE):
        ledger.append(some, by=by, at=now(), verb="bench.populate")
    for day in range(days):
        run_cycle(on=LAST + ONE_DAY * day, by=by)
    if bulk.connection.vendor == "postgresql":
        with bulk.connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return by


def report_in(people: int, by: Any) -> None:
    """So many more report their temperature, as after a screening; nobody has judged them yet."""
    from bench.people import LAST, ZONE
    from mainstay.people.models import Person
    from mainstay.platform import bulk, ledger
    from mainstay.platform.clock import known_on, now
    from mainstay.platform.facts import new_fact
    from mainstay.screening.models import Check

    known = {"observed_date": LAST, "known_at": known_on(LAST, ZONE)}
    whom = Person.objects.order_by("-id").values_list("id", flat=True)[: max(0, people)]
    for some in bulk.chunks(whom, AT_ONCE):
        facts = [new_fact(Check, person_id=one, of="temperature", tenths=366, **known) for one in some]
        ledger.append(facts, by=by, at=now(), verb="bench.screened")


def name_of(number: int) -> str:
    """The name of the so-manieth inhabitant; after 81,600 they begin again, as in a city."""
    surname, rest = number % len(SURNAMES), number // len(SURNAMES)
    return SURNAMES[surname] + GIVEN[rest % len(GIVEN)] + GIVEN[rest // len(GIVEN) % len(GIVEN)]


def _inhabitants(people: int, addressed: int) -> list[UUID]:
    """Persons in the order of their numbers, each with a home, a name and a telephone; the first with an address too,
    three by three.
    """
    from django.db import transaction

    from mainstay.people import services
    from mainstay.people.services import Identity
    from mainstay.places.models import Place
    from mainstay.platform import bulk

    homes = list(
        Place.objects.filter(kind="unit").order_by("code").values_list("district_id", "community_id", "unit_id", "id")
    )
    rng = random.Random(1)
    found: list[UUID] = []
    for numbers in bulk.chunks(range(people), AT_ONCE):
        known = {number: Identity("bench", f"inhabitant {number}") for number in numbers}
        shown = {
            identity: [
                Identity("name", name_of(number)),
                Identity("phone", f"100 {number:08}"),
                *([Identity("address", f"{number // 3} Bench Lane")] if number < addressed else ()),
            ]
            for number, identity in known.items()
        }
        with transaction.atomic():
            resolved = services.prepare(list(known.values()), known=list(known.values()), shown=shown)
            resolved.new_persons = [_housed(row, rng.choice(homes)) for row in resolved.new_persons]
            services.keep(resolved)
        found += [resolved.persons[identity] for identity in known.values()]
    return found


def _housed(row: Any, home: tuple[UUID, UUID, UUID, UUID]) -> Any:
    district, community, unit, place = home
    return row._replace(district_id=district, community_id=community, unit_id=unit, home_id=place)


def _profile() -> str:
    """Districts, communities and units; a post for headquarters, the groups and each community, all of them held."""
    return "\n".join(
        ["name = 'bench-city'", "title = 'A city that does not exist'", "zone = 'Asia/Shanghai'", *_rest()]
    )


def _rest() -> Iterator[str]:
    for edition in ("house", "covid-19.control.5", "covid-19.treatment.6"):
        yield f"[[edition]]\nid = '{edition}'\nfrom = 2020-01-01"
    for district in range(DISTRICTS):
        yield _place(f"d{district}", "district")
        for community in range(COMMUNITIES):
            yield _place(f"d{district}c{community}", "community", f"d{district}")
            for unit in range(UNITS):
                yield _place(f"d{district}c{community}u{unit}", "unit", f"d{district}c{community}")
    yield "[[facility]]\ncode = 'hospital'\nname = 'Hospital'\nkind = 'hospital'\nplace = 'd0c0'"
    yield _post("headquarters", "headquarters = true")
    for group in ("tracing", "medical", "isolation", "oversight"):
        yield _post(group, "superior = 'headquarters'")
    for district in range(DISTRICTS):
        for community in range(COMMUNITIES):
            code = f"d{district}c{community}"
            yield _post(f"post-{code}", f"superior = 'headquarters'\nplace = '{code}'")


def _place(code: str, kind: str, within: str = "") -> str:
    above = f"\nin = '{within}'" if within else ""
    return f"[[place]]\ncode = '{code}'\nname = '{kind.title()} {code}'\nkind = '{kind}'{above}"


def _post(code: str, more: str) -> str:
    return f"[[post]]\ncode = '{code}'\nname = 'Post {code}'\nholder = 'Holder of {code}'\nsince = 2020-01-01\n{more}"
