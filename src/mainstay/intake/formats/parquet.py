"""Parquet: columns with names and types, read one group of rows after another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mainstay.intake.files import FILE_EMPTY, FILE_UNREADABLE, refused
from mainstay.intake.formats.contents import Contents, Row, Table
from mainstay.intake.rules.texts import text_of

MARK = b"PAR1"
AT_ONCE = 2_000


def contents(path: Path) -> Contents:
    """The file's one table; raises `file.unreadable`, and `file.empty` where it has no column."""
    with _opened(path) as file:
        header = tuple(file.schema_arrow.names)
    if not header:
        raise refused(FILE_EMPTY, path, "it has no column", "ask the sender for the file again")
    return Contents("parquet", (Table(lambda: _rows(path), header=header),))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The file open for reading; whatever fails on a damaged one becomes one sentence."""
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            yield file
    except (ArrowException, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> Exception:
    return refused(FILE_UNREADABLE, path, "the Parquet file is cut off or damaged", "fetch it again from the sender")


def _rows(path: Path) -> Iterator[Row]:
    """Row 2 is the first with data, as if the names of the columns stood in row 1."""
    number = 1
    with _opened(path) as file:
        for batch in file.iter_batches(batch_size=AT_ONCE):
            texts = [list(map(_text(column.type), column.to_pylist())) for column in batch.columns]
            for cells in zip(*texts, strict=True):
                number += 1
                if any(cells):
                    yield number, list(cells)


def _text(kind: Any) -> Callable[[Any], str]:
    from pyarrow import types

    if types.is_nested(kind):
        return lambda value: "" if value is None else json.dumps(value, ensure_ascii=False, default=text_of)
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return lambda value: "" if value is None else value.decode("utf-8", "replace")
    return text_of
