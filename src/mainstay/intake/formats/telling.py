"""Which format a file is in, by its content."""

from __future__ import annotations

from pathlib import Path

from mainstay.intake import encodings
from mainstay.intake.files import FILE_BINARY, GZIP, refused, start_of
from mainstay.intake.formats import compound, html_table, json_lines, packing, parquet, separated, workbook
from mainstay.intake.formats.contents import Contents, Layout
from mainstay.intake.formats.text import encoding_of


def contents_of(path: Path, layout: Layout) -> Contents:
    """The tables of a file, in whichever format it is; raises `file.*` where it has none that can be read."""
    start = start_of(path)
    if start.startswith((packing.MARK, compound.MARK, parquet.MARK)):
        _refuse_packed(path)
        if start.startswith(parquet.MARK):
            return parquet.contents(path)
        return workbook.contents(path, packing.kind_of(path) if start.startswith(packing.MARK) else "xls")
    html_table.refuse_relatives(path, start)
    if html_table.is_page(start):
        return html_table.contents(path, start, layout)
    encoding = encoding_of(path, start, layout)
    if json_lines.is_one(start.decode(encodings.CODECS.get(encoding, encoding), "ignore").lstrip("\ufeff")):
        return json_lines.contents(path, encoding)
    return separated.contents(path, encoding, layout)


def _refuse_packed(path: Path) -> None:
    with path.open("rb") as raw:
        packed = raw.read(2) == GZIP
    if packed:
        raise refused(FILE_BINARY, path, "it is a workbook packed by gzip", "unpack it and send what is within")
