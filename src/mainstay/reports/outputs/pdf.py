"""The report as a PDF, set by typst: no library of the system, no font but the one that comes along."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from mainstay.reports.outputs.printed import Given, printed

TEMPLATE = Path(__file__).with_name("situation.typ")


def pdf(given: Given, *, standards: list[str] | None = None) -> bytes:
    """The report on A4. The same report gives the same bytes: the time in it is that of its seal.

    `standards`, as "ua-1", makes typst refuse what breaks them, a missing glyph among it.
    """
    day = given.report.period_date
    made_at = given.seal.sealed_at if given.seal else datetime(day.year, day.month, day.day, tzinfo=UTC)
    content: bytes = compiler(given).compile(
        format="pdf",
        timestamp=made_at.replace(microsecond=0),  # it takes whole seconds only
        **({"pdf_standards": standards} if standards else {}),
    )
    return content


def pictures(given: Given, ppi: float = 100) -> list[bytes]:
    """Its pages as PNG."""
    made: bytes | list[bytes] = compiler(given).compile(format="png", ppi=ppi)
    return [made] if isinstance(made, bytes) else made


def compiler(given: Given) -> Any:
    """A compiler with the report's data in it."""
    import typst

    return typst.Compiler(
        input=str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(printed(given), ensure_ascii=False)},
    )


@lru_cache(maxsize=1)
def _fonts() -> Any:
    import manimgx_fonts_cjk
    import typst

    folder = Path(manimgx_fonts_cjk.__file__).parent
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])
