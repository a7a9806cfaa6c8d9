"""A table gives the same digest however it is cut, and the same bytes whoever encodes it."""

import hashlib
import itertools
import struct

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from chunk_works import Rows
from hypothesis import given
from hypothesis import strategies as st

from deqi.errors import SimulationError
from deqi.execution.digest import content_digest
from deqi.execution.parquet import decode, encode, read_mark
from deqi.execution.spans import spans_of, spoken

ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.floats(),
        st.none() | st.text(max_size=4),
        st.none() | st.booleans(),
    ),
    max_size=12,
)
SCHEMA = pa.schema([("n", pa.int64()), ("x", pa.float64()), ("text", pa.string()), ("truth", pa.bool_())])


def table_of(rows):
    columns = list(zip(*rows, strict=True)) or [()] * 4
    return pa.table([pa.array(c, t) for c, t in zip(columns, SCHEMA.types, strict=True)], schema=SCHEMA)


@given(ROWS, st.lists(st.integers(0, 12), max_size=3))
def test_the_digest_does_not_see_the_cuts(rows, cuts):
    whole = table_of(rows)
    edges = [0, *sorted(min(c, len(rows)) for c in cuts), len(rows)]
    # Slices of one table, and tables of their own: memory beside and under the rows is another.
    slices = [whole[a:b] for a, b in itertools.pairwise(edges)]
    apart = [table_of(rows[a:b]) for a, b in itertools.pairwise(edges)]
    assert content_digest(slices) == content_digest(apart) == content_digest([whole])


@given(ROWS, ROWS)
def test_the_digest_sees_every_difference(one, other):
    def seen(rows):
        # A zero has a sign, a NaN has none that counts.
        return [tuple("nan" if v != v else repr(v) for v in row) for row in rows]

    alike = content_digest([table_of(one)]) == content_digest([table_of(other)])
    assert alike == (seen(one) == seen(other))


@given(ROWS)
def test_encoding_loses_nothing_and_does_not_see_pieces(rows):
    whole = table_of(rows)
    content = encode(whole, "mark")
    assert content_digest([decode(content)]) == content_digest([whole])
    pieces = pa.concat_tables([whole[:3], whole[3:]])
    assert encode(pieces, "mark") == content
    assert read_mark(content) == ("mark", tuple((f.name, str(f.type)) for f in SCHEMA))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": [1.0]}, {"b": [1.0]}),
        ({"a": [1.0]}, {"a": [1]}),
        ({"a": pa.array([1.0], pa.float32())}, {"a": [1.0]}),
        ({"a": ["x", "yz"]}, {"a": ["xy", "z"]}),
        ({"a": ["", None]}, {"a": [None, ""]}),
        ({"a": [0.0, None]}, {"a": [0.0, 0.0]}),
        ({"a": [np.nan]}, {"a": pa.array([None], pa.float64())}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": [1], "b": [2]}, {"b": [2], "a": [1]}),
    ],
)
def test_tables_that_are_nearly_the_same_differ(one, other):
    assert content_digest([pa.table(one)]) != content_digest([pa.table(other)])


def test_all_nan_are_one():
    bits = np.array([0x7FF8000000000000, 0xFFF8000000000001, 0x7FF0000000000123], np.uint64).view(float)
    assert len({content_digest([pa.table({"a": [b]})]) for b in bits}) == 1


def test_the_digest_is_as_it_is_described():
    # Spelt out by hand, so that runs made earlier keep their digest.
    table = pa.table({"n": pa.array([1, None], pa.int64()), "text": ["ab", ""]})
    whole = hashlib.sha256(repr(((("n", "int64"), ("text", "string")), 2)).encode())
    for streams in (
        (struct.pack("<2q", 1, 0), b"", struct.pack("<q", 1)),
        (b"ab", struct.pack("<2q", 2, 0), b""),
    ):
        whole.update(b"".join(hashlib.sha256(stream).digest() for stream in streams))
    assert content_digest([table]) == whole.hexdigest()


def test_another_process_encodes_the_same_bytes(python):
    code = (
        "import hashlib, chunk_works; from deqi.execution.parquet import encode;"
        "print(hashlib.sha256(encode(chunk_works.Rows()(0, 50, 1), 'm')).hexdigest())"
    )
    assert python(code) == hashlib.sha256(encode(Rows()(0, 50, 1), "m")).hexdigest()


def test_what_pandas_adds_is_left_out():
    frame = pd.DataFrame({"patient": [3, 4], "arm": pd.Categorical(["a", "b"])}, index=[7, 8])
    kept = decode(encode(pa.Table.from_pandas(frame, preserve_index=False), "m"))
    assert kept.schema.metadata is None
    assert kept.to_pydict() == {"patient": [3, 4], "arm": ["a", "b"]}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"a": [[1, 2]]}, r"column 'a' of a result: is of type list<.*>, which is not kept"),
        ({"a": [None]}, "is of type null"),
        (pa.table([[1], [2]], names=["a", "a"]), "'a': stands for two columns"),
    ],
)
def test_what_cannot_be_kept_is_told(table, said):
    with pytest.raises(SimulationError, match=said):
        encode(table if isinstance(table, pa.Table) else pa.table(table), "m")


@given(st.integers(1, 300), st.integers(1, 400))
def test_ranges_cover_all_patients_once(patients, chunk):
    spans = spans_of(patients, chunk)
    assert [p for first, stop in spans for p in range(first, stop)] == list(range(patients))
    assert spoken(reversed(spans)) == ("patients 0" if patients == 1 else f"patients 0 to {patients - 1}")
