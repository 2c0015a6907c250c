"""The description of the API, OpenAPI 3.1: what the operations say of themselves, their refusals and their doors."""

from __future__ import annotations

import copy
from functools import lru_cache
from http.client import responses
from typing import Any

from ninja import NinjaAPI

from mainstay.accounts.idempotency import KEY
from mainstay.web.api.doors import KEY_HEADER, Operation
from mainstay.web.api.problems import MEDIA_TYPE, ProblemDetails
from mainstay.web.api.serving import AGAIN_HEADER

REFUSALS = (400, 401, 404, 409, 422, 429, 500, 503)
OF_WRITES = (403, 413)
OF_BODIES = (413, 415)
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token of `mainstay user token` or `/me/tokens`."},
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "The session of a browser."},
}
LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "In which language sentences are answered: en, zh-hans, zh-hant.",
    "schema": {"type": "string"},
}


@lru_cache(maxsize=1)
def document(api: NinjaAPI, prefix: str) -> dict[str, Any]:
    """The whole description."""
    made: dict[str, Any] = copy.deepcopy(dict(api.get_openapi_schema(path_prefix=prefix)))
    doors = {operation.operation_id: operation.view_func.door for operation in _operations(api)}
    schema = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    made["components"]["schemas"] |= {**schema.pop("$defs"), "ProblemDetails": schema}
    made["components"]["securitySchemes"] = SECURITY
    made["security"] = [{name: []} for name in SECURITY]
    for methods in made["paths"].values():
        for one in methods.values():
            _complete(one, doors[one["operationId"]])
    return made


def _operations(api: NinjaAPI) -> list[Any]:
    views = [view for router in api._get_bound_routers() for view in router.path_operations.values()]
    return [operation for view in views for operation in view.operations]


def _complete(told: dict[str, Any], door: Operation) -> None:
    for status in {*REFUSALS, *(OF_WRITES if door.writes else ()), *(OF_BODIES if door.takes else ())}:
        told["responses"][status] = {
            "description": responses[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }
    told["responses"] = {str(status): said for status, said in sorted(told["responses"].items())}
    told["parameters"].append(LANGUAGE)
    if door.permission is not None:
        told["description"] = f"{told['description']}\n\nAsks for the permission `{door.permission.value}`."
    if door.once:
        told["parameters"].append(_key())
        for status, said in told["responses"].items():
            if status < "300":
                said["headers"] = {AGAIN_HEADER: {"schema": {"const": "1"}, "description": "Nothing was done now."}}


def _key() -> dict[str, Any]:
    return {
        "name": KEY_HEADER,
        "in": "header",
        "required": False,
        "description": "Sent again under the same key within 24 hours, it is done once and answered the same.",
        "schema": {"type": "string", "pattern": f"^{KEY.pattern}$"},
    }
