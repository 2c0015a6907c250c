"""Problems after RFC 9457: every refusal of the API in one shape, in the reader's language where it can be."""

from __future__ import annotations

import json
import logging
import secrets
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel, Field

from mainstay.platform.errors import MainstayError, code

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger("mainstay.web")

MALFORMED = code("request.malformed", "A request cannot be read: it is cut off, or no JSON.")
NOT_SIGNED_IN = code("token.missing", "Nobody is signed in: there is no token and no session, or they have ended.")
READ_ONLY = code("token.read_only", "A token that may only read was used to write.")
NO_CSRF = code("csrf.missing", "A browser's session would write without the token that its pages hold.")
NOT_FOUND = code("not_found", "There is nothing here, or nothing within one's bounds.")
NO_METHOD = code("method.not_allowed", "An address of the API knows no such method.")
TOO_LARGE = code("request.too_large", "A request holds more than is taken at once.")
MEDIA = code("media_type.unsupported", "A request comes in a form that its address does not take.")
INVALID = code("request.invalid", "Something in a request is not as its description says.")
TOO_MANY = code("requests.too_many", "More requests came than are answered in a minute.")
FAILED = code("machine.failed", "Something failed that is not the caller's doing.")

TITLES = {
    400: gettext_lazy("The request cannot be read"),
    401: gettext_lazy("Not signed in"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("No such method here"),
    409: gettext_lazy("In conflict with what stands"),
    413: gettext_lazy("Too much at once"),
    415: gettext_lazy("Not in this form"),
    422: gettext_lazy("Refused as it is"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Something failed here"),
    503: gettext_lazy("Not possible at the moment"),
}
# What a service or query refuses is answered by 422, except these.
STATUSES = {
    "account.unknown": 404,
    "person.unknown": 404,
    "fact.unknown": 404,
    "order.unknown": 404,
    "account.own_rights": 403,
    "account.last_administrator": 409,
    "assignment.overtaken": 409,
    "cursor.bad": 400,
    "cycle.closed": 409,
    "cycle.no_edition": 409,
    "cycle.not_run": 409,
    "duty.not_open": 409,
    "fact.overtaken": 409,
    "database.unreachable": 503,
    "idempotency.key": 400,
    "idempotency.busy": 409,
    "keys.bad": 503,
    "keys.missing": 503,
    "lease.busy": 409,
    "mend.twice": 409,
    "objection.decided": 409,
    "objection.unknown": 404,
    "post.begun": 409,
    "post.held": 409,
    "post.not_held": 409,
}


class FieldFault(BaseModel):
    """One thing that is wrong, where it stands, and how to mend it."""

    field: str | None = Field(
        description="The field, as a path like `items.3.person`; null where it is about no field."
    )
    row: int | None = Field(description="The item of a list it is about, from 0 on; null where there is none.")
    code: str
    sentence: str


class ProblemDetails(BaseModel):
    """A refusal, after RFC 9457."""

    type: str = Field(description="`urn:mainstay:error:` and the code; the guide lists all.")
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldFault]


@dataclass
class Problem(Exception):
    """A refusal of the API's own."""

    status: int
    code: str
    detail: str
    errors: list[dict[str, Any]] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)


def not_found() -> Problem:
    """The same words for what is not there and for what is out of bounds."""
    return Problem(404, NOT_FOUND, _("There is nothing here, or nothing that you may see."))


def refused(code: str, field: str, sentence: str, status: int = 422) -> Problem:
    """One field that cannot stay as it is."""
    return Problem(status, code, sentence, [fault(code, sentence, field)])


def fault(code: str, sentence: str, field: str | None = None, row: int | None = None) -> dict[str, Any]:
    """An entry of a problem's `errors`."""
    return {"field": field, "row": row, "code": code, "sentence": sentence}


def answer(problem: Problem) -> HttpResponse:
    """The problem as it is sent."""
    told = {
        "type": f"urn:mainstay:error:{problem.code}",
        "title": str(TITLES[problem.status]),
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "errors": problem.errors,
    }
    # ASCII: a field's name comes from the request and may hold what no encoding can say.
    content = json.dumps(told)
    return HttpResponse(content, status=problem.status, content_type=MEDIA_TYPE, headers=dict(problem.headers))


def problem_of(error: Exception) -> Problem:
    """What any exception is to the caller; what nobody foresaw is logged under the number that they are told."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, MainstayError):
        return worded(error, error.sentence)
    if isinstance(error, Http404):
        return not_found()
    if isinstance(error, ValidationError):
        faults = [_invalid(one) for one in error.errors]
        return Problem(422, INVALID, _("What is wrong with this request stands under errors."), faults)
    if isinstance(error, RequestDataTooBig):
        return Problem(413, TOO_LARGE, _("This is more than is taken at once; send it in parts."))
    if isinstance(error, HttpError | SuspiciousOperation | BadRequest | UnreadablePostError | MultiPartParserError):
        return Problem(400, MALFORMED, _("The request cannot be read: send valid JSON in UTF-8, whole."))
    return _failed(error)


def status_of(error: MainstayError) -> int:
    """The status of a refusal: the table's, else by whose doing it is."""
    return STATUSES.get(error.code, 503 if error.exit_code == 3 else 422)


def worded(error: MainstayError, sentence: str, field: str | None = None) -> Problem:
    """What a service or query refused, in these words; at this field, else at the one that the refusal names."""
    status = status_of(error)
    if status == 404:
        # Word for word what is said of anything that is not there.
        return not_found()
    at = field or error.facts.get("field")
    return Problem(status, error.code, sentence, [fault(error.code, sentence, str(at))] if at else [])


def _failed(error: Exception) -> Problem:
    number = f"E-{secrets.token_hex(3).upper()}"
    _log.error("%s in the API", number, exc_info=sys.exc_info() if sys.exc_info()[0] else error)
    sentence = _("Something failed here that is not your doing. Nothing was written; name %(number)s to the operators.")
    return Problem(500, FAILED, sentence % {"number": number})


# --- what the description forbids ----------------------------------------------------------------------------

_SENTENCES = {
    "missing": gettext_lazy("This must be given."),
    "extra_forbidden": gettext_lazy("There is no such field; take it out."),
    "string_too_long": gettext_lazy("Give at most %(max_length)s characters."),
    "string_too_short": gettext_lazy("Give at least %(min_length)s characters."),
    "too_long": gettext_lazy("Give at most %(max_length)s of them."),
    "too_short": gettext_lazy("Give at least %(min_length)s of them."),
    "literal_error": gettext_lazy("It may be one of: %(expected)s."),
    "enum": gettext_lazy("It may be one of: %(expected)s."),
    "string_type": gettext_lazy("Give a text."),
    "int_type": gettext_lazy("Give a whole number."),
    "int_parsing": gettext_lazy("Give a whole number."),
    "bool_type": gettext_lazy("Give true or false."),
    "bool_parsing": gettext_lazy("Give true or false."),
    "uuid_parsing": gettext_lazy("This is no id; ids are like 0196f000-0000-7000-8000-000000000001."),
    "greater_than_equal": gettext_lazy("Give %(ge)s or more."),
    "less_than_equal": gettext_lazy("Give %(le)s or less."),
    "union_tag_invalid": gettext_lazy("It may be one of: %(expected_tags)s."),
}


def said_of(one: Mapping[str, Any]) -> str:
    """What is wrong with a value, with its place before it."""
    place = ".".join(map(str, one["loc"]))
    sentence = _sentence(one)
    return f"{place}: {sentence}" if place else sentence


def _sentence(one: Mapping[str, Any]) -> str:
    sentence = _SENTENCES.get(one["type"])
    # What our own words say of a value stands behind the library's "Value error, ".
    return str(sentence) % one.get("ctx", {}) if sentence is not None else str(one["msg"]).removeprefix("Value error, ")


def _invalid(one: Mapping[str, Any]) -> dict[str, Any]:
    place: Iterable[Any] = one["loc"]
    # Behind where it came from (body, query …) stands the name of the operation's own parameter.
    source, *path = place
    path = path[1:] if source == "body" else path
    row = next((part for part in path if isinstance(part, int)), None)
    return fault(INVALID, _sentence(one), ".".join(map(str, path)) or str(source), row)
