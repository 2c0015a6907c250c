"""The API as one: the operations of the areas, under `/api/v1/`."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import URLPattern
from ninja import NinjaAPI, Router

import mainstay
from mainstay.accounts.api import router as accounts
from mainstay.cycle.api import router as cycle
from mainstay.cycle.api import runs
from mainstay.duties.api.calls import router as calls
from mainstay.duties.api.decided import router as decided
from mainstay.duties.api.owed import router as duties
from mainstay.duties.api.shared import router as shared
from mainstay.intake.api import router as intake
from mainstay.isolation.api.objections import router as objections
from mainstay.isolation.api.orders import router as orders
from mainstay.organisations.api import router as posts
from mainstay.people.api.particulars import router as particulars
from mainstay.people.api.people import router as people
from mainstay.platform.api import router as jobs
from mainstay.reports.api import router as reports
from mainstay.web.api.document import document
from mainstay.web.api.doors import operation
from mainstay.web.api.problems import answer, problem_of
from mainstay.web.api.reading import Strict
from mainstay.web.api.serving import addresses

PREFIX = "api/v1/"
itself = Router(tags=["the API itself"])


@operation(itself, "GET", "/openapi.json", answer=dict[str, Any])
def openapi(request: Any) -> HttpResponse:
    """This description, as OpenAPI 3.1."""
    return JsonResponse(document(api, PREFIX))


def _assembled() -> NinjaAPI:
    made = NinjaAPI(
        title="Mainstay",
        version=mainstay.__version__,
        description="What the pages can do, for programs. The guide's page on the API has worked examples.",
        openapi_url=None,
        docs_url=None,
        urls_namespace="api-v1",
        parser=Strict(),
    )
    made.add_exception_handler(Exception, lambda _request, error: answer(problem_of(error)))
    # The library's own handlers would come before that one.
    for kind in list(made._exception_handlers):
        made._exception_handlers[kind] = made._exception_handlers[Exception]
    areas = (accounts, posts, people, particulars, duties, decided, calls, shared, orders, objections, cycle, runs)
    for router in (*areas, intake, reports, jobs, itself):
        made.add_router("", router)
    return made


api = _assembled()
urlpatterns: list[URLPattern] = list(addresses(api, PREFIX))
