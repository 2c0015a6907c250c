"""The report as one page to keep: it loads nothing, runs nothing, and prints on A4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from mainstay.reports.outputs.printed import Given, printed

STYLE = Path(__file__).with_name("html_page.css")
LANGUAGES = {"en": "en", "zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}


def html_page(given: Given) -> bytes:
    """The whole document; nothing in it points elsewhere."""
    said = printed(given)
    name = escape(f"{said['title']} {said['where']}".strip())
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="{LANGUAGES[given.report.language]}">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{name}</title>\n<style>{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n<main>",
            *_head(said),
            *_section(said["figures"], _table(said["figures"], numbers=(1, 2))),
            *_section(said["curve"], _curve(said["curve"])),
            *_section(said["rt"], _rt(said)),
            *_section(said["coverage"], _table(said["coverage"], numbers=range(1, 7), total=said["coverage"]["total"])),
            *_section(said["notes"], _table(said["notes"])),
            *_section(said["unknowns"], _list(said["unknowns"])),
            '<ul class="signed">' + "".join(f"<li>{escape(one)}</li>" for one in said["signed"]) + "</ul>",
            f"<footer>{escape(said['foot'])}</footer>\n</main>\n</body>\n</html>\n",
        ]
    ).encode()


def _head(said: dict[str, Any]) -> Iterator[str]:
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(told)}</dd>" for name, told in said["head"])
    yield f'<header><p class="where">{escape(said["where"])}</p><dl>{lines}</dl></header>'
    yield f"<h1>{escape(said['title'])}</h1>"
    if said["archived"]:
        yield f'<p class="archived">{escape(said["archived"])}</p>'
    if said["hash"]:
        name, digits = said["hash"]
        again = escape(said["stop"] + said["asked_again"])
        yield f'<p class="note">{escape(name + said["colon"])}<code>{escape(digits)}</code>{again}</p>'


def _section(part: dict[str, Any], content: Iterator[str]) -> Iterator[str]:
    yield f"<section><h2>{escape(part['title'])}</h2>"
    yield from content
    yield "</section>"


def _table(part: dict[str, Any], numbers: Sequence[int] = (), total: Sequence[str] | None = None) -> Iterator[str]:
    if not part["rows"]:
        yield f'<p class="note">{escape(part["none"])}</p>'
        return
    names = [_cell("th", name, at in numbers, ' scope="col"') for at, name in enumerate(part["columns"])]
    yield f"<table><thead><tr>{''.join(names)}</tr></thead><tbody>"
    for row in [*part["rows"], *([total] if total else [])]:
        cells = [
            _cell("td" if at else "th", one, at in numbers, "" if at else ' scope="row"') for at, one in enumerate(row)
        ]
        opening = '<tr class="total">' if row is total else "<tr>"
        yield f"{opening}{''.join(cells)}</tr>"
    yield "</tbody></table>"


def _cell(tag: str, said: str, is_number: bool, more: str) -> str:
    kind = ' class="number"' if is_number else ""
    return f"<{tag}{more}{kind}>{escape(said)}</{tag}>"


def _curve(part: dict[str, Any]) -> Iterator[str]:
    if part["svg"] is None:
        yield f'<p class="note">{escape(part["none"])}</p>'
        return
    yield f'<p class="ends"><span>{escape(part["most"])}</span><span>{escape(part["cases"])}</span></p>'
    yield f'<figure class="curve">{part["svg"]}</figure>'
    yield f'<p class="ends"><span>{part["first"]}</span><span>{part["last"]}</span></p>'
    yield f'<p class="note">{escape(part["note"])}</p>'


def _rt(said: dict[str, Any]) -> Iterator[str]:
    part = said["rt"]
    notes = f" ({escape('; '.join(part['notes']))})" if part["notes"] else ""
    yield f"<p><b>{escape(part['said'])}</b>{notes}</p>"
    if part["svg"]:
        yield f'<figure class="rt">{part["svg"]}</figure><p class="ends"><span>{said["curve"]["first"]}</span>'
        yield f'<span>{said["curve"]["last"]}</span></p><p class="note">{escape(part["alt"])}</p>'
    if part["basis"]:
        yield f'<p class="note">{escape(part["basis"])}</p>'


def _list(part: dict[str, Any]) -> Iterator[str]:
    if not part["rows"]:
        yield f'<p class="note">{escape(part["none"])}</p>'
        return
    yield "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in part["rows"]) + "</ul>"
