"""Files that browsers send: held in memory alone, and no more of them than is taken."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

LARGEST = 10 * 1024 * 1024


class InMemory(FileUploadHandler):
    """Never writes a file of people to a temporary folder, as Django's own handler does with large ones.

    A file of more than `LARGEST` bytes is left out: the page sees a form without it, and how long the request was.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._parts: list[bytes] = []
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._size > LARGEST:
            self._parts.clear()
            raise SkipFile
        self._parts.append(raw_data)

    def file_complete(self, file_size: int) -> SimpleUploadedFile:
        return SimpleUploadedFile(self.file_name, b"".join(self._parts), self.content_type)
