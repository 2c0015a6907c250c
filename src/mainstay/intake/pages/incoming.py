"""A file on its way in: sent by the browser, its columns checked beside the first rows, taken in by one press."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainstay.accounts import services as accounts
from mainstay.accounts.rules import Permission, Purpose
from mainstay.cycle.now import judge_waiting
from mainstay.cycle.sense import take_in
from mainstay.intake import kept, queries, uploads
from mainstay.intake.pages import reading, said, trials
from mainstay.intake.pages.reading import Trial
from mainstay.intake.rules.proposal import NO_DISEASE
from mainstay.platform.errors import MainstayError, code
from mainstay.platform.identity import keyed_id
from mainstay.platform.keys import load_keys
from mainstay.web.doors import door

UPLOAD_REFUSED = code("upload.refused", "Nothing was sent, two things at once, or more than a page takes.")


@door(Permission.TAKE_IN_FILES, entry="files")
@require_http_methods(["GET", "POST"])
def new(request: Any) -> HttpResponse:
    """A file or a pasted table comes in and is kept; nothing of it is taken in yet."""
    uploads.sweep()
    errors: dict[str, str] = {}
    exact = ""
    if request.method == "POST":
        try:
            digest = _arrived(request)
            asked = {key: request.POST[key] for key in ("mapping", "sheet") if request.POST.get(key)}
            address = reverse("files-check", args=[digest])
            return redirect(f"{address}?{urlencode(asked)}" if asked else address)
        except MainstayError as error:
            sentence, exact = said.refused(error)
            errors = {str(error.facts.get("field") or said.FIELDS.get(error.code, "file")): sentence}
    context = trials.new_page(errors, exact, request.POST)
    return render(request, "intake/new.html", context, status=422 if errors else 200)


def _arrived(request: Any) -> str:
    """Keep what was sent, if it can be read; its digest."""
    content, name = _sent(request)
    owner = request.user.id
    digest = uploads.keep(content=content, name=name, owner=owner)
    try:
        with uploads.opened(digest, owner) as path:
            assert path is not None
            reading.try_out(path, reading.choices_of(request.POST), {}, by=request.by, at=request.at)
    except MainstayError as error:
        # Several sheets could be meant: which one is asked for on the next page, and the file need not come again.
        if error.code != "file.sheet" or request.POST.get("sheet"):
            uploads.forget(digest, owner)
            raise
    return digest


def _sent(request: Any) -> tuple[bytes, str]:
    file, table = request.FILES.get("file"), request.POST.get("table", "")
    if file is not None and table.strip():
        raise _refused("table", _("Send a file or paste a table, not both."))
    if file is None and not table.strip():
        if int(request.META.get("CONTENT_LENGTH") or 0) > uploads.LARGEST:
            raise _refused("file", _too_large())
        raise _refused("file", _("Choose a file, or paste a table."))
    content, name = (file.read(), file.name) if file is not None else (table.encode(), _("pasted table"))
    if len(content) > uploads.LARGEST:
        raise _refused("file" if file is not None else "table", _too_large())
    if not content:
        raise _refused("file", _("The file holds nothing. Ask the sender for it again."))
    return content, name


def _too_large() -> str:
    megabytes = uploads.LARGEST // (1024 * 1024)
    return _(
        "This is more than %(megabytes)s MB. On the computer that serves, `mainstay intake FILE --mapping NAME` takes "
        "files of any length."
    ) % {"megabytes": megabytes}


def _refused(field: str, sentence: str) -> MainstayError:
    return MainstayError(UPLOAD_REFUSED, sentence, {"field": field})


@door(Permission.TAKE_IN_FILES, entry="files")
@require_http_methods(["GET", "POST"])
def check(request: Any, digest: str) -> HttpResponse:
    """What the file's columns are taken for and what would follow; pressed again, what was taken in stays one."""
    with uploads.opened(digest, request.user.id) as path:
        if path is None:
            return _gone(request, digest)
        given = request.POST if request.method == "POST" else request.GET
        if given.get("act") == "drop" and request.method == "POST":
            uploads.forget(digest, request.user.id)
            return redirect("files")
        try:
            trial = reading.try_out(path, reading.choices_of(given), given, by=request.by, at=request.at)
        except MainstayError as error:
            return _unread(request, path.name, error, given)
        errors: dict[str, str] = {}
        if given.get("act") == "take" and request.method == "POST":
            try:
                return _taken(request, trial, digest)
            except MainstayError as error:
                errors = {str(error.facts.get("field") or said.FIELDS.get(error.code, "form")): said.refused(error)[0]}
        context = trials.check_page(trial, errors, given, request.at)
        _looked(request, digest, trial)
        return render(request, "intake/check.html", context, status=422 if errors else 200)


def _taken(request: Any, trial: Trial, digest: str) -> HttpResponse:
    """Keep the mapping if it was made here, take the file in, and forget the copy of it."""
    if trial.mapping is None or trial.done is None:
        raise _refused("form", _("Nothing was taken in: see what is said above."))
    if trial.mapping.disease == NO_DISEASE:
        raise _refused("disease", _("Say which disease this list is about."))
    if trial.guessed:
        kept.hold_name(trial.choices.name, trial.mapping)
        if trial.choices.keep:
            kept.keep(mapping=trial.mapping, by=request.by, at=request.at)
    done = take_in(trial.source.path, trial.mapping, by=request.by, at=request.at, sheet=trial.choices.sheet)
    uploads.forget(digest, request.user.id)
    judge_waiting(by=request.by, at=request.at)
    return redirect("delivery", identity=done.delivery)


def _gone(request: Any, digest: str) -> HttpResponse:
    """The copy is gone: the file was taken in, and that is shown; or its day is over."""
    if uploads.DIGEST.fullmatch(digest):
        delivery = queries.delivery_of(digest)
        if delivery is not None:
            return redirect("delivery", identity=delivery)
    return render(request, "intake/gone.html", status=410)


def _unread(request: Any, name: str, error: MainstayError, given: Any) -> HttpResponse:
    sentence, exact = said.refused(error)
    field = said.FIELDS.get(error.code, "mapping")
    context = trials.unread_page(name, {field: sentence}, exact, given)
    return render(request, "intake/unread.html", context, status=422)


def _looked(request: Any, digest: str, trial: Trial) -> None:
    """Rows of people were shown: of rows not yet taken in each has a number of its own."""
    key = load_keys().record
    shown = trial.rows[: reading.ROWS_SHOWN]
    accounts.record_look(
        account=request.user,
        page="files-check",
        purpose=Purpose.QUALITY,
        listed=[keyed_id(key, "upload", digest, str(number)) for number, _cells in shown],
        by=request.by,
        at=request.at,
    )
