"""One chunk of subjects: gather their facts, judge, reconcile with what stands, write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from mainstay.cycle.differences import people_of
from mainstay.cycle.gather import KINDS, Gatherer, Merges
from mainstay.duties import queries, services
from mainstay.duties.rules.edition import Ruleset
from mainstay.duties.rules.facts import PersonFacts, PostFacts, QuestionFacts
from mainstay.duties.rules.horizon import Horizon
from mainstay.duties.rules.in_force import HOUSE
from mainstay.duties.rules.judge import judge
from mainstay.duties.rules.predicates import current_stay
from mainstay.duties.rules.reconcile import Resolver, Standing, Subject, owed_for_period, reconcile
from mainstay.duties.services import Scope, SubjectChanges
from mainstay.intake.models import Question
from mainstay.isolation.models import Stay
from mainstay.organisations.queries import Vacancy, vacancies
from mainstay.organisations.rules import Posts, PostView, Whereabouts
from mainstay.people.models import Person
from mainstay.platform import bulk
from mainstay.platform.models import Actor
from mainstay.platform.reading import standing
from mainstay.platform.rows import as_bool, as_instant, as_uuid
from mainstay.reports.rules.worst import known_of, rank, signs

NOBODY = PersonFacts()
NO_SCOPE = Scope()


@dataclass(frozen=True)
class Setting:
    """What a whole run judges in: the period, the moment, the rules now and of the period, the posts."""

    period: date
    moment: datetime
    zone: str
    to_entry: int
    rules: dict[str, Ruleset]
    rules_of_period: dict[str, Ruleset]
    posts: Posts
    gatherer: Gatherer
    by: Actor

    def horizon(self) -> Horizon:
        return Horizon(self.moment, self.period, self.zone)


@dataclass(frozen=True)
class Work:
    """Subjects of one type to be judged together; `changed` are those with new facts."""

    type: str
    ids: Sequence[UUID]
    changed: frozenset[UUID]


def judge_block(work: Work, setting: Setting) -> list[SubjectChanges]:
    """Read and judge everybody of a block; nothing is written yet, no lock is held."""
    return JUDGES[work.type](work, setting) if _ruled(work.type, setting) else []


def write_chunk(kind: str, ids: Sequence[UUID], found: Sequence[SubjectChanges], setting: Setting) -> float:
    """Write what was found of these subjects in one transaction; for how many seconds it held its locks."""
    return services.apply_changes(
        found,
        period=setting.period,
        by=setting.by,
        at=setting.moment,
        clean=ids if _ruled(kind, setting) else (),
        to_entry=setting.to_entry,
    )


def _ruled(kind: str, setting: Setting) -> bool:
    """Before the house's rules hold nothing is asked of posts and questions; their marks stay until then."""
    return kind == "person" or HOUSE in setting.rules or HOUSE in setting.rules_of_period


def _standing(work: Work, setting: Setting) -> dict[tuple[UUID, str], dict[UUID, Standing]]:
    """What stands: all of it for changed subjects, for the others what the clock can still change."""
    changed = [identity for identity in work.ids if identity in work.changed]
    others = [identity for identity in work.ids if identity not in work.changed]
    found = queries.standing_duties(changed) if changed else {}
    if others:
        found.update(queries.standing_duties(others, since=setting.period))
    return found


# --- people ------------------------------------------------------------------------------------------


def _judge_people(work: Work, setting: Setting) -> list[SubjectChanges]:
    existing = _standing(work, setting)
    facts = setting.gatherer.people(work.ids)
    by_hand = queries.decided(work.ids)
    scopes = _homes(work.ids, setting.gatherer.merges)
    diseases = {person: set(facts[person]) for person in work.ids}
    for person, disease in existing:
        diseases[person].add(disease)
    handed = {duty: _pair(setting.posts, setting.posts.by_id.get(post)) for duty, post in by_hand.handed.items()}
    found = []
    for person in work.ids:
        for disease in sorted(diseases[person]):
            rules = setting.rules.get(disease)
            before = setting.rules_of_period.get(disease)
            if rules is None and before is None:
                continue
            subject = Subject(
                "person",
                person,
                facts[person].get(disease, NOBODY),
                rules or _nothing(before),
                before or _nothing(rules),
                person in work.changed,
                _merge_cause(person, setting),
                by_hand.excused,
                handed,
            )
            found.append(
                _judge_person(subject, existing.get((person, disease), {}), scopes.get(person, Scope()), setting)
            )
    return found


def _nothing(rules: Ruleset | None) -> Ruleset:
    """The rules of a disease on a day on which no edition of it is in force."""
    assert rules is not None
    return Ruleset(rules.disease, (), rules.exposure_gap_days, (), (), (), {"person": ()}, {}, {})


def _merge_cause(person: UUID, setting: Setting) -> str:
    root = setting.gatherer.merges.roots.get(person)
    return f"merge:{root.hex}" if root else ""


def _judge_person(subject: Subject, existing: dict[UUID, Standing], scope: Scope, setting: Setting) -> SubjectChanges:
    horizon = setting.horizon()
    now = judge("person", subject.facts, subject.rules, horizon)
    of_period = now
    if subject.rules is not subject.rules_of_period:
        of_period = judge("person", subject.facts, subject.rules_of_period, horizon)
    owed = owed_for_period(now, of_period, setting.period)
    where = _whereabouts(subject.facts, horizon, scope)
    changes = reconcile(subject, owed, existing, horizon, _resolver(setting.posts, where))
    urgency = rank(signs(known_of(subject.facts, now.category, where.stay_kind or "", setting.period)))
    disease = subject.rules.disease
    return SubjectChanges("person", subject.id, disease, changes, scope, now.category, horizon.next_look, urgency)


def _whereabouts(facts: PersonFacts, horizon: Horizon, scope: Scope) -> Whereabouts:
    stay = current_stay(facts, horizon)
    if stay is None or stay.kind == "home":
        return Whereabouts(home_unit=scope.unit)
    return Whereabouts(stay.kind, stay.facility, scope.unit)


def _resolver(posts: Posts, where: Whereabouts) -> Resolver:
    def resolve(owners: tuple[str, ...]) -> tuple[UUID | None, UUID | None]:
        return _pair(posts, posts.accountable(owners, where))

    return resolve


def _pair(posts: Posts, post: PostView | None) -> tuple[UUID | None, UUID | None]:
    answering = posts.answering(post)
    return (post.id if post else None, answering.id if answering else None)


def _homes(people: Sequence[UUID], merges: Merges) -> dict[UUID, Scope]:
    """Where people live: by their own record, else by one that is read as theirs; one statement."""
    rows = Person.objects.filter(id__in=merges.everybody(people)).order_by("id")
    columns = rows.values_list("id", "district_id", "community_id", "unit_id")
    homes = {identity: Scope(*scope) for identity, *scope in columns if any(scope)}
    for identity, scope in list(homes.items()):
        homes.setdefault(merges.survivor(identity), scope)
    return homes


# --- posts and questions ---------------------------------------------------------------------------------


def _judge_posts(work: Work, setting: Setting) -> list[SubjectChanges]:
    existing = _standing(work, setting)
    spans = vacancies(list(work.ids), setting.moment, setting.gatherer.view)
    found = []
    for post in work.ids:
        horizon = setting.horizon()
        if spans[post].next_change is not None:
            horizon.look_again(spans[post].next_change)
        facts = _post_facts(post, spans[post], setting.moment)
        above = setting.posts.superior_of(post) or setting.posts.headquarters
        found.append(_judge_house("post", post, facts, existing, horizon, _above(setting.posts, above), setting))
    return found


def _post_facts(post: UUID, vacancy: Vacancy, moment: datetime) -> PostFacts:
    if vacancy.holding is not None:
        return PostFacts(post, None, answered_by=vacancy.holding)
    since = vacancy.vacant_since
    # A post nobody ever held is vacant from the moment it is first looked at.
    return PostFacts(post, since or moment, spell=since.isoformat() if since else "never held")


def _above(posts: Posts, post: PostView | None) -> Resolver:
    """A duty about a post is its superior's, or whoever answers above."""
    return lambda _owners: _pair(posts, post)


def _judge_questions(work: Work, setting: Setting) -> list[SubjectChanges]:
    existing = _standing(work, setting)
    facts = _questions(work.ids, setting)
    places = _places_of_differences(work.ids, setting)
    found = []
    for question in work.ids:
        where, scope = places.get(question, (Whereabouts(), Scope()))
        resolve = _resolver(setting.posts, where)
        found.append(
            _judge_house(
                "question", question, facts.get(question), existing, setting.horizon(), resolve, setting, scope
            )
        )
    return found


def _places_of_differences(ids: Sequence[UUID], setting: Setting) -> dict[UUID, tuple[Whereabouts, Scope]]:
    """{question: where the person is whom it is about, and where they live}, of those about a difference."""
    merges = setting.gatherer.merges
    about = {question: merges.survivor(person) for question, person in people_of(ids).items()}
    people = sorted(set(about.values()))
    stays = setting.gatherer.people(people, kinds=[kind for kind in KINDS if kind.model is Stay], named=False)
    scopes = _homes(people, merges)
    found = {}
    for question, person in about.items():
        facts = next(iter(stays[person].values()), NOBODY)
        scope = scopes.get(person, Scope())
        found[question] = _whereabouts(facts, setting.horizon(), scope), scope
    return found


def _questions(ids: Sequence[UUID], setting: Setting) -> dict[UUID, QuestionFacts]:
    columns = ("root", "entry_id", "became_known_at", "kind", "answered", "id")
    found = {}
    for root, entry, known, kind, answered, identity in standing(
        Question, columns, setting.gatherer.view, bulk.in_list("f.root", ids)
    ):
        instant = as_instant(known)
        assert instant is not None
        told = setting.gatherer.told.known(entry, instant)
        answer = as_uuid(identity) if as_bool(answered) else None
        found[as_uuid(root)] = QuestionFacts(as_uuid(root), told, kind, answer)
    return found


def _judge_house(
    kind: str,
    identity: UUID,
    facts: PostFacts | QuestionFacts | None,
    existing: dict[tuple[UUID, str], dict[UUID, Standing]],
    horizon: Horizon,
    resolve: Resolver,
    setting: Setting,
    scope: Scope = NO_SCOPE,
) -> SubjectChanges:
    rules = setting.rules.get(HOUSE) or setting.rules_of_period[HOUSE]
    owed = judge(kind, facts, rules, horizon).owed if facts is not None else ()
    subject = Subject(kind, identity, facts, rules, rules, True)
    changes = reconcile(subject, owed, existing.get((identity, HOUSE), {}), horizon, resolve)
    return SubjectChanges(kind, identity, HOUSE, changes, scope, "", horizon.next_look)


JUDGES = {"person": _judge_people, "post": _judge_posts, "question": _judge_questions}
