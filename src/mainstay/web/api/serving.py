"""How an address of the API is served: its door first, then what was sent is read, then it is done, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.operation import PathView
from ninja.utils import replace_path_param_notation

from mainstay.accounts.idempotency import Answer, digest, once
from mainstay.web.api.doors import KEY_HEADER, Operation, admit
from mainstay.web.api.problems import INVALID, NO_METHOD, Problem, answer, fault, not_found, problem_of

AGAIN_HEADER = "Idempotency-Replayed"


def addresses(api: NinjaAPI, prefix: str) -> Iterator[URLPattern]:
    """Every address of the API, each with one view for all its methods; and one for whatever is none."""
    for router in api._get_bound_routers():
        for route, path_view in router.path_operations.items():
            name = "+".join(operation.url_name for operation in path_view.operations)
            yield path(prefix + replace_path_param_notation(route).lstrip("/"), view_of(path_view), name=name)
    yield path(f"{prefix}<path:rest>", nothing, name="api-nothing")


def view_of(path_view: PathView) -> Callable[..., HttpResponse]:
    """The view of one address; `operations` are its doors by method."""
    found = {method: operation for operation in path_view.operations for method in operation.methods}

    @csrf_exempt  # the door asks for it where a browser's session writes
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        method = "GET" if request.method == "HEAD" else str(request.method)
        return _told(lambda: _served(request, method, found, kwargs))

    view.operations = {method: one.view_func.door for method, one in found.items()}  # type: ignore[attr-defined]
    return view


@csrf_exempt
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """Whatever is no address of the API: said as the API says it, to whoever is signed in."""

    def refuse() -> HttpResponse:
        admit(request, Operation())
        raise not_found()

    return _told(refuse)


nothing.operations = {}  # type: ignore[attr-defined]


def _told(act: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        told = act()
    except Exception as error:
        told = answer(problem_of(error))
    told["Cache-Control"] = "no-store"
    return told


def _served(request: Any, method: str, found: dict[str, Any], kwargs: dict[str, Any]) -> HttpResponse:
    if method not in found:
        allowed = ", ".join(sorted({*found, *(["HEAD"] if "GET" in found else [])}))
        raise Problem(
            405, NO_METHOD, _("Here is only: %(methods)s.") % {"methods": allowed}, headers={"Allow": allowed}
        )
    operation = found[method]
    door: Operation = operation.view_func.door
    admit(request, door)
    _hold_known(request, operation)
    key = request.headers.get(KEY_HEADER) if door.once else None
    if key is None:
        return operation.run(request, **kwargs)
    return _once(request, key, lambda: operation.run(request, **kwargs))


def _hold_known(request: Any, operation: Any) -> None:
    """A filter that is misspelt, or of which only the last would count, would show more than was asked for: told."""
    queries = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    known = {name for model in queries for name in model.__ninja_flatten_map__}
    faults = []
    for name, values in request.GET.lists():
        if name not in known:
            faults.append(fault(INVALID, _("There is no such field; take it out."), name[:100]))
        elif len(values) > 1:
            faults.append(fault(INVALID, _("It is given more than once; give it once."), name))
    if faults:
        raise Problem(422, INVALID, _("What is wrong with this request stands under errors."), faults)


def _once(request: Any, key: str, run: Callable[[], HttpResponse]) -> HttpResponse:
    ran: list[HttpResponse] = []

    def act() -> Answer:
        ran.append(run())
        return Answer(ran[0].status_code, ran[0].content)

    parts = (request.method, request.get_full_path(), request.content_type)
    asked = digest(*(part.encode() for part in parts), request.body)
    kept = once(account=request.account.id, key=key, request=asked, at=request.at, act=act)
    if ran and not kept.again:
        return ran[0]
    return HttpResponse(kept.content, status=kept.status, content_type="application/json", headers={AGAIN_HEADER: "1"})
