"""A table as the bytes of a Parquet file that says whose it is: the same table gives the same bytes."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from deqi.errors import SimulationError
from deqi.execution.digest import Columns, columns_of

_MARK = b"deqi"


def encode(table: Any, mark: str) -> bytes:
    """The bytes of a file.

    Parameters
    ----------
    table : pyarrow.Table
        Columns of numbers, booleans or texts. Dictionaries (pandas' categories) become texts, and
        metadata is left out: both tell how the table came about, not what it says.
    mark : str
        Which run and range it is.

    Raises
    ------
    SimulationError
        If a column is of another type, or two have one name.
    """
    plain = _plain(table).replace_schema_metadata({_MARK: mark.encode()})
    sink = pa.BufferOutputStream()
    # All in one group, whatever the pieces the table is in. No option here may write a time or a path.
    pq.write_table(
        plain,
        sink,
        row_group_size=max(len(plain), 1),
        version="2.6",
        data_page_version="1.0",
        compression="zstd",
    )
    return bytes(sink.getvalue())


def decode(content: bytes) -> Any:
    """The table that was encoded, without its mark."""
    return pq.ParquetFile(pa.BufferReader(content)).read().replace_schema_metadata(None)


def read_mark(content: bytes) -> tuple[str, Columns]:
    """The mark, and names and types of columns; nothing is decompressed.

    Raises
    ------
    ValueError
        If these are no bytes of a Parquet file.
    """
    # pyarrow.ArrowInvalid is a ValueError.
    schema = pq.read_schema(pa.BufferReader(content))
    return (schema.metadata or {}).get(_MARK, b"").decode(errors="replace"), columns_of(schema)


def _plain(table: Any) -> Any:
    names = table.column_names
    for name in names:
        if names.count(name) > 1:
            raise SimulationError("stands for two columns of a result", where=f"'{name}'")
    return pa.table({f.name: _column(f, table[f.name]) for f in table.schema}).combine_chunks()


def _column(field: Any, column: Any) -> Any:
    kind = field.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    known = (
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_boolean,
        pa.types.is_string,
        pa.types.is_large_string,
    )
    if not any(is_one(kind) for is_one in known):
        raise SimulationError(
            f"is of type {kind}, which is not kept",
            where=f"column '{field.name}' of a result",
            fix="make it numbers, booleans or texts",
        )
    return column
