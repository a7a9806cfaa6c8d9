"""`deqi points`: what the atlas knows of a point, or which points fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from deqi.cli.arguments import Argument, Option

if TYPE_CHECKING:
    from rich.console import Console

    from deqi.atlas import Finding, Indication, Point, Prescription

__all__ = ["points_command"]

_WIDE = 160


def points_command(
    query: Annotated[
        list[str] | None,
        Argument(help="Codes or names: BL23, 'UB 23', Shenshu, 肾俞, Du 4. Without any: all points."),
    ] = None,
    segment: Annotated[
        str | None,
        Option(help="Points whose skin or muscle reports to this segment or range: L4, T12-L2."),
    ] = None,
    region: Annotated[
        str | None, Option(help="Points of this part of the body: back, 'low back', leg, head.")
    ] = None,
    meridian: Annotated[str | None, Option(help="Points of this meridian: BL, Bladder, Du, Extra.")] = None,
    muscle: Annotated[
        str | None, Option(help="Points over a muscle whose name holds this text: multifidus.")
    ] = None,
    condition: Annotated[
        str | None,
        Option("--for", help="Points that trials used for a condition, and what they found: nausea."),
    ] = None,
    as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show acupuncture points: place, nerves, segments, hazards, and how sure each fact is.

    Depths are ranges from the literature, not instructions. All options have to fit at once.
    """
    from deqi.atlas import find_indication, find_point, points

    named = [find_point(text) for text in _whole_names(query or [])]
    indication = find_indication(condition) if condition is not None else None
    chosen: Iterable[Point] = dict.fromkeys(named) if named else points().values()
    if indication is not None:
        used = indication.points
        chosen = [p for p in chosen if p in used] if named else used
    found = _fitting(chosen, segment=segment, region=region, meridian=meridian, muscle=muscle)
    if as_json:
        asked = {
            "points": [p.code for p in named],
            "segment": segment,
            "region": region,
            "meridian": meridian,
            "muscle": muscle,
            "for": condition,
        }
        _print_json(asked, found, indication)
    else:
        _print_text(found, indication, in_full=bool(named))


def _whole_names(words: Sequence[str]) -> list[str]:
    """Names as typed, with `Du 4` made one name again where the shell split it."""
    names: list[str] = []
    for word in words:
        splits = names and re.fullmatch(r"\d+", word) and re.fullmatch(r"[A-Za-z][A-Za-z -]*", names[-1])
        if splits:
            names[-1] = f"{names[-1]} {word}"
        else:
            names.append(word)
    return names


def _fitting(
    chosen: Iterable[Point],
    *,
    segment: str | None,
    region: str | None,
    meridian: str | None,
    muscle: str | None,
) -> list[Point]:
    from deqi.atlas import needle_is_local, parse_segments

    found = list(chosen)
    if segment is not None:
        wanted = parse_segments(segment, where="--segment")
        found = [p for p in found if (p.skin_segments | p.muscle_segments) & wanted]
    if region is not None:
        found = [p for p in found if needle_is_local(p, [region.strip().casefold()])]
    if meridian is not None:
        name = _meridian(meridian)
        found = [p for p in found if p.meridian == name]
    if muscle is not None:
        found = [p for p in found if _is_over(p, _muscle(muscle))]
    return found


def _meridian(text: str) -> str:
    from deqi.atlas import points
    from deqi.atlas.names import MERIDIANS, PREFIXES
    from deqi.errors import UnknownNameError

    code = PREFIXES.get(text.replace(" ", "").upper())
    if code is not None:
        return MERIDIANS[code]
    names = list(dict.fromkeys(p.meridian for p in points().values()))
    for name in names:
        if name.casefold() == text.strip().casefold():
            return name
    raise UnknownNameError("meridian", text, [*MERIDIANS, *names], where="--meridian")


def _muscle(text: str) -> str:
    from deqi.atlas import points
    from deqi.errors import UnknownNameError

    wanted = " ".join(text.casefold().split())
    known = dict.fromkeys(re.sub(r" \(.*\)$", "", m) for p in points().values() for m in p.muscles)
    if not wanted or not any(_is_over(p, wanted) for p in points().values()):
        raise UnknownNameError("muscle", text, known, where="--muscle", fix="write part of a muscle's name")
    return wanted


def _is_over(point: Point, muscle: str) -> bool:
    return any(muscle in m.casefold() for m in point.muscles)


def _print_text(found: Sequence[Point], indication: Indication | None, *, in_full: bool) -> None:
    from rich.console import Console

    from deqi.atlas import legend

    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        # A pipe gets lines that are not wrapped to a screen nobody looks at.
        console.width = _WIDE
    with console.capture() as capture:
        if indication is not None:
            _print_indication(console, indication)
        if in_full:
            for point in found:
                _print_point(console, point)
        elif found:
            _print_table(console, found)
        if not found:
            console.print("No point fits.")
        else:
            console.print(f"{len(found)} point{'s' if len(found) != 1 else ''}. {legend()['notice']}")
    for line in capture.get().splitlines():
        print(line.rstrip())


def _print_table(console: Console, found: Sequence[Point]) -> None:
    from rich.table import Table

    from deqi.atlas import format_segments

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("code", "name", "mm", "skin", "muscle"):
        table.add_column(title, no_wrap=True)
    table.add_column("place and hazards", overflow="fold")
    for p in found:
        skin, muscle = format_segments(p.skin_segments), format_segments(p.muscle_segments)
        hazards = f". Hazards: {'; '.join(p.hazards)}" if p.hazards else ""
        table.add_row(p.code, p.pinyin, _depth(p), skin, muscle or "-", f"{p.location}{hazards}")
    console.print(table)
    console.print()


def _print_point(console: Console, point: Point) -> None:
    from rich.table import Table

    from deqi.atlas import format_segments, legend

    english = f", {point.english}" if point.english else ""
    console.print(f"{point.code}  {point.pinyin} {point.chinese}{english}", style="bold")
    depth = f"{_depth(point)} mm, {point.angle}; a literature range, not an instruction"
    skin, muscle = format_segments(point.skin_segments), format_segments(point.muscle_segments)
    sureness = [legend()["verified"][point.verified], legend()["anatomy_basis"][point.basis]]
    if point.depth_sources:
        sureness.append(f"depth: {point.depth_sources}")
    rows = {
        "place": f"{point.location} ({point.region}, {point.side}; {point.meridian})",
        "depth": depth if point.depth_mm is not None else "none in the literature read",
        "hazards": "; ".join(point.hazards) or "none named in the sources; any needle can bleed or infect",
        "muscles": "; ".join(point.muscles) or "none named",
        "nerves": "; ".join(point.nerves) or "none named",
        "segments": f"skin {skin}, muscle {muscle or 'none'}",
        "how sure": "; ".join(sureness),
    }
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for title, text in rows.items():
        table.add_row(f"  {title}", text)
    console.print(table)
    console.print()


def _print_indication(console: Console, indication: Indication) -> None:
    console.print(f"{indication.title[0].upper()}{indication.title[1:]}", style="bold")
    if indication.simulated:
        console.print("deqi simulates a course for it (deqi simulate).")
    else:
        console.print(f"deqi simulates no benefit here, because {indication.reason}.")
    console.print("\nWhat trials found")
    for finding in indication.findings:
        pmid = f", PMID {finding.pmid}" if finding.pmid else ""
        console.print(f"- {finding.text}")
        console.print(f"  {finding.citation}. doi:{finding.doi}{pmid}. {_read(finding)}.")
    console.print("\nPoints used (not advice)")
    for listed in indication.prescriptions:
        console.print(f"- {', '.join(listed.points)}: {listed.use}")
        console.print(f"  {listed.citation}. doi:{listed.doi}. {_read(listed)}.")
    console.print()


def _read(source: Finding | Prescription) -> str:
    return f"Read: {source.read}" if source.seen else f"Not confirmed: {source.read}"


def _depth(point: Point) -> str:
    return f"{point.depth_mm[0]:g}-{point.depth_mm[1]:g}" if point.depth_mm is not None else "-"


def _print_json(asked: dict[str, Any], found: Sequence[Point], indication: Indication | None) -> None:
    import json
    from dataclasses import asdict

    from deqi.atlas import legend

    condition = None
    if indication is not None:
        condition = asdict(indication)
        condition["findings"] = [{**f, "pmid": f["pmid"] or None} for f in condition["findings"]]
        condition["reason"] = condition["reason"] or None
    answer = {
        "query": asked,
        "count": len(found),
        "points": [_point_as_json(p) for p in found],
        "indication": condition,
        "legend": dict(legend()),
    }
    print(json.dumps(answer, ensure_ascii=False, indent=2))


def _point_as_json(point: Point) -> dict[str, Any]:
    from deqi.atlas import sort_segments

    depth = None
    if point.depth_mm is not None:
        depth = {"min": point.depth_mm[0], "max": point.depth_mm[1], "angle": point.angle}
    return {
        "code": point.code,
        "pinyin": point.pinyin,
        "chinese": point.chinese,
        "english": point.english,
        "meridian": point.meridian,
        "region": point.region,
        "side": point.side,
        "location": point.location,
        "depth_mm": depth,
        "muscles": list(point.muscles),
        "nerves": list(point.nerves),
        "skin_segments": sort_segments(point.skin_segments),
        "muscle_segments": sort_segments(point.muscle_segments),
        "hazards": list(point.hazards),
        "map": {"view": point.position.view, "x": point.position.x, "y": point.position.y},
        "sureness": {
            "verified": point.verified,
            "anatomy_basis": point.basis,
            "depth_sources": point.depth_sources or None,
            "nerves_confirmed": point.nerves_confirmed,
        },
    }
