"""Who may do what, and where: roles in plain words, one enum of permissions, jurisdictions."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Permission(StrEnum):
    """What a page or an operation asks for. One list for all of them."""

    SEE_FIGURES = "see_figures"  # counts without names: today, the situation report
    SEE_PROTOCOL = "see_protocol"
    SEE_PEOPLE = "see_people"  # names, numbers, what is known of them
    RECORD_FACTS = "record_facts"  # checks, contacts, stays, what was done
    CLASSIFY = "classify"  # suspected, confirmed, excluded: a clinician's word
    RECORD_RESULTS = "record_results"  # specimens and laboratory results
    SEE_DUTIES = "see_duties"
    ASSIGN_DUTIES = "assign_duties"
    TAKE_IN_FILES = "take_in_files"
    MEND_ROWS = "mend_rows"
    GIVE_ORDERS = "give_orders"
    DECIDE_OBJECTIONS = "decide_objections"
    EXPORT_PEOPLE = "export_people"
    CLOSE_PERIOD = "close_period"
    CHANGE_PROTOCOL = "change_protocol"
    SEE_AUDIT = "see_audit"
    MANAGE_ACCOUNTS = "manage_accounts"


class Role(StrEnum):
    """What somebody is in the response, in plain words."""

    COMMAND = "command"
    EPIDEMIOLOGIST = "epidemiologist"
    TRACER = "tracer"
    DISTRICT_OFFICER = "district_officer"
    COMMUNITY_WORKER = "community_worker"
    CLINICIAN = "clinician"
    LABORATORY = "laboratory"
    SITE_MANAGER = "site_manager"
    DATA_CLERK = "data_clerk"
    OBJECTIONS_OFFICER = "objections_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


P = Permission
_AT_WORK = frozenset({P.SEE_FIGURES, P.SEE_PROTOCOL, P.SEE_DUTIES})
_WITH_PEOPLE = _AT_WORK | {P.SEE_PEOPLE, P.RECORD_FACTS}

# Nobody gives an order and decides an objection to it: the roles keep the two apart, the rule on orders holds it.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.COMMAND: _AT_WORK
    | {P.SEE_PEOPLE, P.ASSIGN_DUTIES, P.GIVE_ORDERS, P.EXPORT_PEOPLE, P.CLOSE_PERIOD, P.CHANGE_PROTOCOL},
    Role.EPIDEMIOLOGIST: _WITH_PEOPLE | {P.CLASSIFY, P.ASSIGN_DUTIES, P.TAKE_IN_FILES, P.MEND_ROWS, P.EXPORT_PEOPLE},
    Role.TRACER: _WITH_PEOPLE | {P.MEND_ROWS},
    Role.DISTRICT_OFFICER: _WITH_PEOPLE | {P.ASSIGN_DUTIES, P.GIVE_ORDERS},
    Role.COMMUNITY_WORKER: _WITH_PEOPLE,
    Role.CLINICIAN: _WITH_PEOPLE | {P.CLASSIFY, P.RECORD_RESULTS},
    Role.LABORATORY: _AT_WORK | {P.SEE_PEOPLE, P.RECORD_RESULTS},
    Role.SITE_MANAGER: _WITH_PEOPLE | {P.ASSIGN_DUTIES},
    Role.DATA_CLERK: _AT_WORK | {P.SEE_PEOPLE, P.TAKE_IN_FILES, P.MEND_ROWS},
    Role.OBJECTIONS_OFFICER: _AT_WORK | {P.SEE_PEOPLE, P.DECIDE_OBJECTIONS},
    Role.AUDITOR: frozenset({P.SEE_FIGURES, P.SEE_PROTOCOL, P.SEE_AUDIT}),
    Role.ADMINISTRATOR: frozenset({P.SEE_PROTOCOL, P.MANAGE_ACCOUNTS}),
}

# On the evening of the first day one person sets up, takes in the list and leads; rights are divided as others join.
FIRST_ROLES = (Role.COMMAND, Role.EPIDEMIOLOGIST, Role.ADMINISTRATOR)


class Area(StrEnum):
    """What kind of jurisdiction: the whole city, a part of its tree of places, or a facility."""

    CITY = "city"
    DISTRICT = "district"
    COMMUNITY = "community"
    UNIT = "unit"
    FACILITY = "facility"


@dataclass(frozen=True, slots=True, order=True)
class Jurisdiction:
    """Where a right holds; the city as a whole has no id."""

    kind: Area
    id: UUID | None = None


WHOLE_CITY = Jurisdiction(Area.CITY)


@dataclass(frozen=True, slots=True)
class Scope:
    """Within which bounds somebody may do one thing; outside them a record reads as not found."""

    everywhere: bool = False
    districts: frozenset[UUID] = frozenset()
    communities: frozenset[UUID] = frozenset()
    units: frozenset[UUID] = frozenset()
    facilities: frozenset[UUID] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not (self.everywhere or self.districts or self.communities or self.units or self.facilities)

    def covers(self, whereabouts: Whereabouts) -> bool:
        """Whether a record that hangs on these places and facilities is within the bounds."""
        return (
            self.everywhere
            or whereabouts.district in self.districts
            or whereabouts.community in self.communities
            or whereabouts.unit in self.units
            or not self.facilities.isdisjoint(whereabouts.facilities)
            or not whereabouts.provisional.isdisjoint(self.districts | self.communities | self.units)
        )


NOWHERE = Scope()


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What a record hangs on: the ancestors of its place, and the facilities concerned with it.

    `provisional`: of somebody who has no place yet, the places (of any level) of those who named them.
    """

    district: UUID | None = None
    community: UUID | None = None
    unit: UUID | None = None
    facilities: frozenset[UUID] = frozenset()
    provisional: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Granted:
    """A role that somebody was given, for where and from when to when (None: until it is withdrawn)."""

    role: Role
    jurisdiction: Jurisdiction
    starts_at: datetime
    ends_at: datetime | None = None
    deputy_for: UUID | None = None  # the account whose rights these are, for as long as it is represented

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Rights:
    """All that an account may at one moment."""

    granted: tuple[Granted, ...] = ()

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.granted)

    def may(self, permission: Permission) -> bool:
        """Whether it may do this anywhere at all."""
        return any(permission in PERMISSIONS[grant.role] for grant in self.granted)

    def scope(self, permission: Permission) -> Scope:
        """Within which bounds it may do this: the union of those of the roles that allow it."""
        return scope_of({grant.jurisdiction for grant in self.granted if permission in PERMISSIONS[grant.role]})


def scope_of(bounds: Collection[Jurisdiction]) -> Scope:
    """The union of jurisdictions."""
    if WHOLE_CITY in bounds:
        return Scope(everywhere=True)
    return Scope(
        districts=_ids(bounds, Area.DISTRICT),
        communities=_ids(bounds, Area.COMMUNITY),
        units=_ids(bounds, Area.UNIT),
        facilities=_ids(bounds, Area.FACILITY),
    )


def _ids(bounds: Iterable[Jurisdiction], kind: Area) -> frozenset[UUID]:
    return frozenset(one.id for one in bounds if one.kind is kind and one.id is not None)


# --- what may be granted ------------------------------------------------------------------------------

LONGEST_DEPUTY = timedelta(days=30)


def grant_fault(jurisdiction: Jurisdiction, starts_at: datetime, ends_at: datetime | None, *, deputy: bool) -> str:
    """Why a role cannot be given so, or nothing."""
    if (jurisdiction.kind is Area.CITY) != (jurisdiction.id is None):
        return "name the place or facility it holds for; only the whole city has none"
    if ends_at is not None and ends_at <= starts_at:
        return "it would end before it begins; give a later end"
    if deputy and (ends_at is None or ends_at - starts_at > LONGEST_DEPUTY):
        return f"a deputy's rights end by themselves; give an end within {LONGEST_DEPUTY.days} days"
    return ""


# --- names and passwords ------------------------------------------------------------------------------

LONGEST_NAME = 60


def normal_username(given: str) -> str:
    """One written form per user name: NFKC, small letters, no blanks at the ends."""
    return unicodedata.normalize("NFKC", given).strip().casefold()


def username_fault(name: str) -> str:
    """Why a user name (in its normal form) cannot be one, or nothing."""
    if not name or len(name) > LONGEST_NAME:
        return f"give it 1 to {LONGEST_NAME} characters"
    if not all(letter.isalnum() or letter in "._-@+" for letter in name):
        return "use letters, digits and . _ - @ + only"
    return ""


# --- purposes of a sensitive read ---------------------------------------------------------------------


class Purpose(StrEnum):
    """Why somebody who holds no duty towards a person may look, by their own word."""

    DUTY = "duty"  # a duty of theirs; nothing needs to be typed
    QUALITY = "quality"  # mending data
    INVESTIGATION = "investigation"  # tracing, outbreak investigation
    REQUEST = "request"  # the person or the family asked
    SUPERVISION = "supervision"  # looking after the work of others
    EMERGENCY = "emergency"  # break glass: loud, and reviewed


# --- secrets ------------------------------------------------------------------------------------------

INVITATION_HOLDS = timedelta(days=3)
LONGEST_TOKEN = timedelta(days=180)


def secret_digest(secret: str) -> str:
    """What is kept of a link's or a token's secret. Of 256 random bits: no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
