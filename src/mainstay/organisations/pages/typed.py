"""What is typed into the forms of posts, read strictly; used by the API too."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainstay.accounts.models import Account
from mainstay.accounts.queries import account_by_name
from mainstay.organisations import services
from mainstay.organisations.models import Facility, Post
from mainstay.organisations.queries import LONGEST_CODE
from mainstay.people.pages.typed import cleaned, read_instant
from mainstay.places.models import Place
from mainstay.platform.clock import day_start, local_date
from mainstay.platform.errors import MainstayError, code

UNREADABLE = code("post.unreadable", "Something on the form of a post cannot be read.")

# At which field a refusal of a service stands, and what it means to whoever fills the form.
FIELDS = {
    services.POST_SPAN: "until",
    services.POST_HELD: "from",
    services.POST_NOT_HELD: "ends",
    services.POST_BEGUN: "holding",
    services.POST_CODE: "code",
    services.POST_TAKEN: "answers_for",
    services.POST_CYCLE: "superior",
}
REFUSED = {
    services.POST_SPAN: gettext_lazy("It would end before it begins; give a later end."),
    services.POST_HELD: gettext_lazy(
        "Somebody holds the post at that time, or was given it meanwhile. Look who does, then end that first or give "
        "an end before it."
    ),
    services.POST_NOT_HELD: gettext_lazy("Nobody holds the post at that time any more. Read the page again."),
    services.POST_BEGUN: gettext_lazy("It has begun meanwhile: give it an end instead."),
    services.POST_TAKEN: gettext_lazy("Another post answers for this place or facility already; give that one."),
    services.POST_CYCLE: gettext_lazy("No post stands above itself; choose another."),
}


def unreadable(field: str, sentence: str) -> MainstayError:
    return MainstayError(UNREADABLE, sentence, {"field": field})


def by_field(error: MainstayError) -> dict[str, str]:
    """The sentence of a refusal at the field it is about."""
    field = str(error.facts.get("field") or FIELDS.get(error.code, "form"))
    if error.code == services.POST_CODE:
        return {field: CANNOT_BE[field] if "post" not in error.facts else _("Another post has this code.")}
    return {field: str(REFUSED.get(error.code, error.sentence))}


CANNOT_BE = {
    "code": gettext_lazy("Use 1 to 60 letters, digits and . _ -"),
    "name": gettext_lazy("Write 1 to 200 characters on one line."),
}


def holder(username: str) -> Account:
    """The account of that user name, if it is open."""
    found = account_by_name(username)
    if found is None or not found.is_active:
        raise unreadable("holder", _("Choose a colleague who has an account."))
    return found


def instant(text: str, field: str, moment: datetime, zone: str) -> datetime:
    """A day and time as typed, or this moment for nothing; see `held_open`."""
    if not cleaned(text):
        return moment
    return held_open(read_instant(text, zone, lambda sentence: unreadable(field, sentence)), field, moment, zone)


def held_open(at: datetime, field: str, moment: datetime, zone: str) -> datetime:
    """An instant of today or later: what fell to whom on earlier days is accounted for."""
    if at < day_start(local_date(moment, zone), zone):
        raise unreadable(field, _("Give a time of today or later; the days before are accounted for."))
    return at


def superior(given: str) -> Post:
    """The post above, by its code."""
    found = Post.objects.filter(code=_code(given)).first()
    if found is None:
        raise unreadable("superior", _("Choose the post above it."))
    return found


def answers_for(given: str) -> tuple[Place | None, Facility | None]:
    """The place or facility of that code; neither for nothing."""
    wanted = _code(given)
    if not wanted:
        return None, None
    facility = Facility.objects.filter(code=wanted).first()
    place = Place.objects.filter(code=wanted).first() if facility is None else None
    if place is None and facility is None:
        raise unreadable("answers_for", _("No place or facility has this code."))
    return place, facility


def _code(given: str) -> str:
    """What no database would look for is nobody's code."""
    wanted = cleaned(given)
    return wanted if len(wanted) <= LONGEST_CODE else "\N{EM DASH}"
