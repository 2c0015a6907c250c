"""A new instance: its home, keys, tables, and the city profile with places, posts, holders and editions."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management import call_command
from django.db import ProgrammingError, transaction

from mainstay.duties import services as duties
from mainstay.duties.library import load
from mainstay.duties.rules.in_force import HOUSE
from mainstay.organisations import services as organisations
from mainstay.organisations.models import Facility, Post
from mainstay.organisations.rules import has_cycle
from mainstay.places import services as places
from mainstay.places.models import Place
from mainstay.platform import grants, ledger
from mainstay.platform.environment import HOME_UNUSABLE, read_environment
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.keys import create_keys
from mainstay.platform.models import Actor, Instance
from mainstay.platform.toml_lines import key_name, line_of, locate

PROFILE_UNKNOWN = code("profile.unknown", "There is no profile of that name or file.")
NOT_OWNER = code("database.not_owner", "The database user may not make or change the tables.")
PROFILE_INVALID = code("profile.invalid", "A city profile cannot be used as it is.")

FOLDER = Path(__file__).parent.parent / "profiles"
SETUP = "mainstay init"


@dataclass(frozen=True, slots=True)
class Profile:
    """A city profile as read: its file, its text and its tables."""

    name: str
    file: str
    text: str
    data: dict[str, Any]


def read_profile(name_or_file: str) -> Profile:
    """A shipped profile by name or any by file; raises `profile.unknown` or `profile.invalid`."""
    path = FOLDER / f"{name_or_file}.toml"
    if not path.exists():
        path = Path(name_or_file)
    if not path.is_file():
        shipped = ", ".join(sorted(found.stem for found in FOLDER.glob("*.toml")))
        raise MainstayError(PROFILE_UNKNOWN, f"There is no profile '{name_or_file}'; give a file, or one of {shipped}.")
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MainstayError(PROFILE_INVALID, f"{path}: cannot be read as TOML in UTF-8: {error}.") from error
    profile = Profile(data.get("name", path.stem), str(path), text, data)
    _hold_against_schema(profile)
    _hold_together(profile)
    return profile


def _fault(profile: Profile, where: tuple[str | int, ...], sentence: str) -> MainstayError:
    line = line_of(locate(profile.text), where)
    key = key_name(where)
    return MainstayError(PROFILE_INVALID, f"{profile.file}, line {line}, {key}: {sentence}", {"line": line, "key": key})


def _hold_against_schema(profile: Profile) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads((FOLDER / "profile.schema.json").read_text(encoding="utf-8"))
    for error in Draft202012Validator(schema).iter_errors(profile.data):
        raise _fault(profile, tuple(error.absolute_path), f"{error.message}.")
    try:
        ZoneInfo(profile.data["zone"])
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise _fault(
            profile, ("zone",), f"'{profile.data['zone']}' is no time zone; write Asia/Seoul or the like."
        ) from error


def _hold_together(profile: Profile) -> None:
    """Names used must be given: superiors, facilities, places; and no post may stand above itself."""
    posts = profile.data.get("post", [])
    superiors = {post["code"]: post.get("superior") for post in posts}
    facilities = {table["code"] for table in profile.data.get("facility", [])}
    known_places = {table["code"] for table in profile.data.get("place", [])}
    for n, post in enumerate(posts):
        for key, given in (("superior", set(superiors)), ("facility", facilities), ("place", known_places)):
            if key in post and post[key] not in given:
                raise _fault(profile, ("post", n, key), f"there is no '{post[key]}' in this profile.")
        if has_cycle(superiors, post["code"]):
            raise _fault(
                profile, ("post", n, "superior"), f"post '{post['code']}' would stand above itself; name one above it."
            )


def initialise(*, profile: Profile, at: datetime, role: str | None = None) -> Instance:
    """Make the instance in the home of the environment; a second time changes nothing that is there.

    `role` is given the application's rights in the database; those given them before keep them for new tables.
    """
    environment = read_environment()
    if role is not None:
        grants.check_role(role)
    try:
        environment.home.mkdir(parents=True, exist_ok=True)
        if not environment.keys:
            create_keys(environment.home)
    except OSError as error:
        raise MainstayError(
            HOME_UNUSABLE, f"{environment.home} cannot be used: {error.strerror}; choose another with --home."
        ) from error
    _migrate()
    for each in sorted({*grants.granted(), *([role] if role else [])}):
        grants.grant(each)
    return apply_profile(profile=profile, at=at)


def _migrate() -> None:
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except ProgrammingError as error:
        if not grants.is_denied(error):
            raise
        raise MainstayError(
            NOT_OWNER,
            f"The database user may not make or change tables ({grants.first_line(error)}); run `mainstay init` "
            "as their owner, by another MAINSTAY_DATABASE_URL.",
        ) from error


def apply_profile(*, profile: Profile, at: datetime) -> Instance:
    """Write the profile's places, facilities, posts, holders and editions; what is there stays as it is."""
    with transaction.atomic():
        instance, _made = Instance.objects.get_or_create(
            id=1, defaults={"zone": profile.data["zone"], "profile": profile.name, "created_at": at}
        )
        by = ledger.actor(SETUP, Actor.Kind.SYSTEM)
        _places(profile.data, by, at)
        _facilities(profile.data, by, at)
        _posts(profile.data, by, at)
        _editions(profile.data, by, at)
        ledger.seal(at=at)
    return instance


def _places(data: dict[str, Any], by: Actor, at: datetime) -> None:
    for table in data.get("place", []):
        parent = Place.objects.get(code=table["in"]) if "in" in table else None
        places.add_place(kind=table["kind"], code=table["code"], name=table["name"], parent=parent, by=by, at=at)


def _facilities(data: dict[str, Any], by: Actor, at: datetime) -> None:
    for table in data.get("facility", []):
        organisations.add_facility(
            code=table["code"],
            name=table["name"],
            kind=table["kind"],
            part_of=Facility.objects.get(code=table["part_of"]) if "part_of" in table else None,
            place=Place.objects.get(code=table["place"]) if "place" in table else None,
            by=by,
            at=at,
        )


def _posts(data: dict[str, Any], by: Actor, at: datetime) -> None:
    """Posts first, then who stands above whom: a profile may name them in any order."""
    tables = data.get("post", [])
    made = {}
    for table in tables:
        is_new = not Post.objects.filter(code=table["code"]).exists()
        post = organisations.add_post(
            code=table["code"],
            name=table["name"],
            facility=Facility.objects.get(code=table["facility"]) if "facility" in table else None,
            place=Place.objects.get(code=table["place"]) if "place" in table else None,
            headquarters=table.get("headquarters", False),
            by=by,
            at=at,
        )
        if is_new:
            made[table["code"]] = post
    for table in tables:
        post = made.get(table["code"])
        if post is None:
            continue
        if "superior" in table:
            superior = Post.objects.get(code=table["superior"])
            organisations.set_superior(post=post, superior=superior, by=by, at=at)
        if "holder" in table:
            starts_at = datetime.combine(table["since"], datetime.min.time(), ZoneInfo(data["zone"]))
            holder = ledger.actor(table["holder"])
            organisations.assign(post=post, holder=holder, starts_at=starts_at, by=by, at=at)


def _editions(data: dict[str, Any], by: Actor, at: datetime) -> None:
    named = [table["id"] for table in data.get("edition", [])]
    if HOUSE not in named:
        # Vacancies, open questions, orders and objections are nobody's to leave out.
        adopt(name=HOUSE, from_date=None, by=by, at=at)
    for table in data.get("edition", []):
        adopt(name=table["id"], from_date=table.get("from"), by=by, at=at)


def adopt(*, name: str, from_date: date | None, by: Actor, at: datetime) -> None:
    """Put a shipped edition, or one in a file, into force from a city's day (else from its own); once."""
    from mainstay.duties.models import Edition

    edition, text, sha256 = load(name)
    starts = from_date or edition.effective_from
    last = Edition.objects.filter(name=edition.id).order_by("-entry_id").first()
    if last and (last.sha256, last.from_date, last.withdrawn) == (sha256, starts, False):
        return
    duties.put_into_force(name=edition.id, text=text, sha256=sha256, origin=name, from_date=starts, by=by, at=at)
