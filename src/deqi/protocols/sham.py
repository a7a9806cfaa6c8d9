"""A sham made by changing the verum: site, penetration of the skin, depth, stimulation, context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from deqi.errors import ProtocolError
from deqi.protocols.needling import Needling

if TYPE_CHECKING:
    from deqi.protocols.schema import Protocol

#: A needle left alone counts as superficial down to here, and as retained below [mm].
SUPERFICIAL_MM = 5.0


def make_sham(
    verum: Protocol,
    *,
    name: str | None = None,
    site: str | Sequence[str] | None = None,
    penetration: bool = True,
    depth_mm: float | None = None,
    stimulation: bool = True,
    context: float | None = None,
    rationale: str | None = None,
) -> Protocol:
    """The verum with what makes it a sham changed; see `Protocol.sham`."""
    if not penetration and depth_mm:
        raise ProtocolError(
            f"depth_mm = {depth_mm:g} without penetration", where="sham", fix="leave depth_mm out"
        )
    if site is None and penetration and depth_mm is None and stimulation and context is None:
        raise ProtocolError(
            "the sham is like the verum", where="sham", fix="change site, depth_mm, stimulation ..."
        )
    sessions = tuple(
        replace(
            s,
            context=s.context if context is None else context,
            needlings=tuple(_changed(n, site, penetration, depth_mm, stimulation) for n in s.needlings),
        )
        for s in verum.sessions
    )
    if not sessions:
        raise ProtocolError(
            "a protocol without needles has no sham", where=verum.name, fix="start from a verum"
        )
    said = _in_words(site, penetration, depth_mm, stimulation, context)
    stricta = replace(verum.stricta, control=f"like {verum.name}, but {said}")
    if rationale is not None:
        stricta = replace(stricta, control_rationale=rationale)
    return replace(
        verum,
        name=name or f"{verum.name}-sham",
        title=f"Sham of: {verum.title}",
        role="sham",
        sessions=sessions,
        stricta=stricta,
    )


def _changed(
    needling: Needling,
    site: str | Sequence[str] | None,
    penetration: bool,
    depth_mm: float | None,
    stimulation: bool,
) -> Needling:
    depth = 0.0 if not penetration else needling.depth_mm if depth_mm is None else depth_mm
    technique, vigour = needling.technique, needling.vigour
    frequency, current = needling.frequency_hz, needling.current_ma
    if not penetration:
        technique, vigour, frequency, current = "touch", 1.0, (), None
    elif not stimulation:
        technique = "superficial" if depth <= SUPERFICIAL_MM else "retained"
        vigour, frequency, current = 1.0, (), None
    return replace(
        needling,
        technique=technique,
        vigour=vigour,
        frequency_hz=frequency,
        current_ma=current,
        depth_mm=depth,
        points=_places(needling, site),
    )


def _places(needling: Needling, site: str | Sequence[str] | None) -> tuple[str, ...]:
    if site is None:
        return needling.points
    if site == "off":
        return tuple(p if p.startswith("off:") else f"off:{p}" for p in needling.points)
    if needling.segmental is not None or needling.local is not None:
        raise ProtocolError(
            "the verum's group has shares in place of points", where="sham: site", fix='write site = "off"'
        )
    return (site,) if isinstance(site, str) else tuple(site)


def _in_words(
    site: str | Sequence[str] | None,
    penetration: bool,
    depth_mm: float | None,
    stimulation: bool,
    context: float | None,
) -> str:
    words = []
    if site is not None:
        named = site if isinstance(site, str) else ", ".join(site)
        words.append("beside the points" if site == "off" else f"at {named}")
    if not penetration:
        words.append("without piercing the skin")
    elif depth_mm is not None:
        words.append(f"{depth_mm:g} mm deep")
    if not stimulation:
        words.append("without stimulation")
    if context is not None:
        words.append(f"with context {context:g}")
    return ", ".join(words)
