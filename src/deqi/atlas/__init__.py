"""Where needles go and what lies there: points, sites, segments, nerves, brain regions.

| file | what |
|---|---|
| `points.py`, `points.csv` | 361 WHO points, extra points, one ear point; found by any usual name |
| `names.py` | prefixes, pinyin, traditional characters, other names |
| `segments.py` | segments of the cord and cranial nerves; `T12-L2` read and written |
| `sites.py` | a point, or a place beside one; depths beyond the literature |
| `reach.py` | what part of a needle's signal enters where the pain does; whether it stands in the pain |
| `indications.py`, `indications.toml` | uses, points and findings of trials; what deqi refuses to simulate |
| `anatomy.py` and its tables | nerves, segments, brain regions, substances, with identifiers |
| `legend.py`, `legend.toml` | what the columns mean, how sure they are, where they are from |

Depths are literature ranges, not instructions.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from deqi.atlas.indications import (
    Finding,
    Indication,
    Prescription,
    find_indication,
    indications,
    refuse_if_not_simulated,
)
from deqi.atlas.legend import legend
from deqi.atlas.points import MapPosition, Point, find_point, points, regions
from deqi.atlas.reach import PAINFUL_AREAS, needle_is_local, segmental_share
from deqi.atlas.segments import SEGMENTS, SPINAL_SEGMENTS, format_segments, parse_segments, sort_segments
from deqi.atlas.sites import Site, depth_warning, find_site

if TYPE_CHECKING:
    from deqi.atlas.anatomy import (
        BrainRegion,
        Nerve,
        SegmentAnatomy,
        Substance,
        brain_regions,
        nerves,
        segment_anatomy,
        substances,
    )

__all__ = [
    "PAINFUL_AREAS",
    "SEGMENTS",
    "SPINAL_SEGMENTS",
    "BrainRegion",
    "Finding",
    "Indication",
    "MapPosition",
    "Nerve",
    "Point",
    "Prescription",
    "SegmentAnatomy",
    "Site",
    "Substance",
    "brain_regions",
    "depth_warning",
    "find_indication",
    "find_point",
    "find_site",
    "format_segments",
    "indications",
    "legend",
    "needle_is_local",
    "nerves",
    "parse_segments",
    "points",
    "refuse_if_not_simulated",
    "regions",
    "segment_anatomy",
    "segmental_share",
    "sort_segments",
    "substances",
]

# Exports need these, a simulation does not: they are imported when they are first used.
_ANATOMY = frozenset(
    {
        "BrainRegion",
        "Nerve",
        "SegmentAnatomy",
        "Substance",
        "brain_regions",
        "nerves",
        "segment_anatomy",
        "substances",
    }
)


def __getattr__(name: str) -> Any:
    if name not in _ANATOMY:
        raise AttributeError(f"module 'deqi.atlas' has no attribute '{name}'")
    return getattr(import_module("deqi.atlas.anatomy"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
