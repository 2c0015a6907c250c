"""How a body is read: JSON as its standard has it, and nothing besides."""

from __future__ import annotations

import json
from typing import Any

from ninja.parser import Parser


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


class Strict(Parser):
    """Python would read NaN and Infinity too, which no answer could hold."""

    def parse_body(self, request: Any) -> Any:
        return json.loads(request.body.decode(), parse_constant=_refuse)
