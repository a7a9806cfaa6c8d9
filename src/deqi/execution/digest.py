"""What a table says, as one hash: names, types and values in the order of rows, whatever the chunks.

Every column feeds streams of its own: values one after the other, for texts
also their lengths, and the numbers of the rows that are empty. A stream does not
know where one chunk ends and the next begins. Files are not hashed here: two
versions of a Parquet writer may write one table in different bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

#: Names and types of columns, in order.
Columns = tuple[tuple[str, str], ...]


def columns_of(schema: Any) -> Columns:
    """Names and types of a schema's columns."""
    return tuple((field.name, str(field.type)) for field in schema)


def content_digest(tables: Iterable[Any]) -> str:
    """SHA-256 of the rows of tables that follow each other, as hexadecimal digits.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        One or more, of the same columns: whole numbers, floats, booleans or texts. All NaN count as
        one value, as their sign and payload differ between processors; an empty cell is no NaN.

    Examples
    --------
    >>> whole = pa.table({"pain": [1.0, None, 3.0]})
    >>> content_digest([whole]) == content_digest([whole[:1], whole[1:]])
    True
    """
    columns: Columns = ()
    streams: list[_Column] = []
    rows = 0
    for table in tables:
        if not streams:
            columns = columns_of(table.schema)
            streams = [_Column() for _ in columns]
        for stream, column in zip(streams, table.columns, strict=True):
            for part in column.chunks:
                stream.add(part)
        rows += len(table)
    whole = hashlib.sha256(repr((columns, rows)).encode())
    for stream in streams:
        whole.update(stream.digest())
    return whole.hexdigest()


class _Column:
    """The streams of one column."""

    def __init__(self) -> None:
        self._rows = 0
        self._streams = [hashlib.sha256() for _ in range(3)]

    def add(self, part: Any) -> None:
        values, lengths, empty = self._streams
        if part.null_count:
            places = np.flatnonzero(np.asarray(part.is_null())) + self._rows
            empty.update(places.astype("<i8").tobytes())
            # What lies in memory under an empty cell is not part of the table.
            part = part.fill_null(_NOTHING[_kind(part.type)])
        if _kind(part.type) == "text":
            offsets = _offsets(part)
            lengths.update(np.diff(offsets).astype("<i8").tobytes())
            if len(offsets) > 1 and part.buffers()[2] is not None:
                values.update(memoryview(part.buffers()[2])[offsets[0] : offsets[-1]])
        else:
            values.update(_bytes(part))
        self._rows += len(part)

    def digest(self) -> bytes:
        return b"".join(stream.digest() for stream in self._streams)


_NOTHING: dict[str, Any] = {"text": "", "truth": False, "number": 0}


def _kind(of: Any) -> str:
    if pa.types.is_string(of) or pa.types.is_large_string(of):
        return "text"
    return "truth" if pa.types.is_boolean(of) else "number"


def _offsets(part: Any) -> np.ndarray[Any, Any]:
    """Where texts begin and end in the bytes of all."""
    kind = np.int64 if pa.types.is_large_string(part.type) else np.int32
    if not len(part):
        return np.zeros(1, kind)
    return np.frombuffer(part.buffers()[1], kind)[part.offset : part.offset + len(part) + 1]


def _bytes(part: Any) -> bytes:
    values = np.array(part.to_numpy(zero_copy_only=False))
    if values.dtype.kind == "f":
        values[np.isnan(values)] = np.nan
    return values.astype(values.dtype.newbyteorder("<")).tobytes()
