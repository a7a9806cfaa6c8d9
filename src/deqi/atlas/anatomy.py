"""Nerves, segments of the trunk and leg, brain regions and substances, with identifiers for exports.

An identifier (UBERON, ChEBI, UniProt) goes into an export only where it was
seen beside its name in a source: `export_id` is empty for the others.
Roots and dermatomes marked `no` or `partial` are in part from memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from deqi.atlas.legend import read_rows, split_list
from deqi.atlas.segments import parse_segments

__all__ = [
    "BrainRegion",
    "Nerve",
    "SegmentAnatomy",
    "Substance",
    "brain_regions",
    "nerves",
    "segment_anatomy",
    "substances",
]


@dataclass(frozen=True, slots=True)
class Nerve:
    """A peripheral nerve: roots, what it supplies, points over it.

    `verified` is about the roots; every UBERON identifier here was seen with its name.
    """

    name: str
    roots: frozenset[str]
    roots_note: str
    export_id: str
    supplies: str
    points: tuple[str, ...]
    verified: str


@dataclass(frozen=True, slots=True)
class SegmentAnatomy:
    """What one segment of the cord serves: skin, muscles, joints and discs, nerves."""

    segment: str
    dermatome: str
    muscles: tuple[str, ...]
    structures: str
    nerves: tuple[str, ...]
    verified: str


@dataclass(frozen=True, slots=True)
class BrainRegion:
    """A part of the brain, cord or glands that the model has states for."""

    key: str
    name: str
    export_id: str
    role: str


@dataclass(frozen=True, slots=True)
class Substance:
    """A transmitter, hormone, drug or receptor; `kind` is `molecule` or `receptor`."""

    name: str
    kind: str
    export_id: str
    role: str


@cache
def nerves() -> Mapping[str, Nerve]:
    """Nerves by name.

    Examples
    --------
    >>> sorted(nerves()["sciatic nerve"].roots)
    ['L4', 'L5', 'S1', 'S2', 'S3']
    """
    return MappingProxyType(
        {
            row["name"]: Nerve(
                name=row["name"],
                roots=parse_segments(row["roots"], where=f"nerves.csv, {row['name']}"),
                roots_note=row["roots_note"],
                export_id=row["uberon"],
                supplies=row["supplies"],
                points=tuple(row["points"].split()),
                verified=row["verified"],
            )
            for row in read_rows("nerves.csv")
        }
    )


@cache
def segment_anatomy() -> Mapping[str, SegmentAnatomy]:
    """Anatomy of the segments T10 to S3, by segment.

    Examples
    --------
    >>> segment_anatomy()["L4"].dermatome
    'medial leg to medial malleolus'
    """
    return MappingProxyType(
        {
            row["segment"]: SegmentAnatomy(
                segment=row["segment"],
                dermatome=row["dermatome"],
                muscles=split_list(row["muscles"]),
                structures=row["structures"],
                nerves=split_list(row["nerves"]),
                verified=row["verified"],
            )
            for row in read_rows("segments.csv")
        }
    )


@cache
def brain_regions() -> Mapping[str, BrainRegion]:
    """Brain regions by key.

    Examples
    --------
    >>> brain_regions()["PAG"].export_id, brain_regions()["RVM"].export_id
    ('UBERON:0003040', '')
    """
    return MappingProxyType(
        {
            row["key"]: BrainRegion(
                key=row["key"],
                name=row["name"],
                export_id=_seen(row, row["uberon"]),
                role=row["role"],
            )
            for row in read_rows("brain_regions.csv")
        }
    )


@cache
def substances() -> Mapping[str, Substance]:
    """Substances and receptors by name; ChEBI where there is one, else UniProt.

    Examples
    --------
    >>> substances()["adenosine"].export_id, substances()["mu opioid receptor"].export_id
    ('CHEBI:16335', 'UniProt:P35372')
    >>> substances()["TRPV1 channel"].export_id
    ''
    """
    return MappingProxyType(
        {
            row["name"]: Substance(
                name=row["name"],
                kind=row["kind"],
                export_id=_seen(row, row["chebi"] or f"UniProt:{row['uniprot']}"),
                role=row["role"],
            )
            for row in read_rows("substances.csv")
        }
    )


def _seen(row: Mapping[str, str], identifier: str) -> str:
    return identifier if row["verified"] == "yes" else ""
