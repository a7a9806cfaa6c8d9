"""A report as one HTML file: figures and styles inside, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deqi.core import cite
from deqi.core.writing import replace_file
from deqi.plotting.style import to_inline_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What each kind of parameter value is worth.
KINDS: Mapping[str, str] = {
    "measured": "read from a source",
    "derived": "worked out from a source, or a definition",
    "fitted": "adjusted so that the model meets published results; no test of the model",
    "scaled": "from a literature range, another species or another preparation",
    "assumed": "no source: chosen so that the part behaves plausibly",
}
KINDS_MATTER = (
    "Results are only as good as the parameters under them. Kinds are not equal: assumed values carry no "
    "evidence at all."
)


@dataclass(frozen=True)
class Table:
    """A table of a report.

    Attributes
    ----------
    caption : str
        What it shows, and how sure it is.
    columns : sequence of str
        Column heads.
    rows : sequence of sequence of str
        Cells as text; the first of a row heads it.
    text : bool
        Whether cells are words, which break into lines, and not numbers.
    words : int
        How many columns on the left are words where the others are numbers.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    text: bool = False
    words: int = 1


@dataclass(frozen=True)
class FigureItem:
    """A figure of a report.

    Attributes
    ----------
    figure : Figure
        The figure.
    caption : str
        What is shown, and what the uncertainty is.
    description : str
        Its gist in words, for readers who cannot see it.
    """

    figure: Figure
    caption: str
    description: str


@dataclass(frozen=True)
class Drawing:
    """A figure that is an ``<svg>`` element already, with its description inside.

    Attributes
    ----------
    svg : str
        The element; put on the page as it is, so every text in it must be escaped.
    caption : str
        What is shown.
    """

    svg: str
    caption: str


@dataclass(frozen=True)
class Prose:
    """Paragraphs, under a heading of their own if they have one.

    Attributes
    ----------
    paragraphs : sequence of str
        The paragraphs.
    heading : str
        The heading.
    """

    paragraphs: Sequence[str]
    heading: str = ""


@dataclass(frozen=True)
class Listing:
    """Points, one after the other.

    Attributes
    ----------
    items : sequence of str
        The points.
    """

    items: Sequence[str]


Part = Table | FigureItem | Drawing | Prose | Listing


@dataclass(frozen=True)
class Section:
    """A part of a report under one heading; one without parts is left out.

    Attributes
    ----------
    title : str
        The heading.
    parts : sequence
        What stands under it, in order.
    """

    title: str
    parts: Sequence[Part]


def write_page(
    path: str | Path,
    *,
    title: str,
    lead: str,
    care: str,
    sections: Sequence[Section],
    cites: Iterable[str],
    more: Sequence[str] = (),
) -> Path:
    """Write a report; a file of that name is replaced at once or not at all.

    Parameters
    ----------
    path : str or Path
        File to write.
    title, lead : str
        Heading, and what the reader must know first.
    care : str
        What this is, and is not.
    sections : sequence of Section
        What is shown, in order.
    cites : iterable of str
        Keys of the sources, which are the last section.
    more : sequence of str
        Sources in words, after those.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnknownNameError
        If a key is not in the bibliography.
    FileError
        If it cannot be written.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("deqi.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    figures = 0
    shown = []
    for section in sections:
        parts = []
        for part in section.parts:
            figures += isinstance(part, FigureItem | Drawing)
            parts.append(_shown(part, figures))
        if parts:
            shown.append({"title": section.title, "parts": parts})
    text = environment.get_template("page.html").render(
        title=title, lead=lead, care=care, sections=shown, references=[*_references(cites), *more]
    )
    return replace_file(Path(path), text.encode())


def kinds_table(counts: Mapping[str, Mapping[str, int]]) -> Table:
    """How many parameter values are of each kind, by label and kind."""
    rows = [
        [kind, meaning, *(str(count.get(kind, 0)) for count in counts.values())]
        for kind, meaning in KINDS.items()
    ]
    return Table("How many parameter values are of each kind.", ["kind", "meaning", *counts], rows, text=True)


def _shown(part: Part, number: int) -> dict[str, Any]:
    """A part as the template takes it; `number` is that of a figure."""
    match part:
        case Table():
            return {"kind": "table", "table": part}
        case FigureItem():
            svg = to_inline_svg(part.figure, f"f{number}", part.description)
            return {"kind": "figure", "number": number, "svg": svg, "caption": part.caption, "wide": True}
        case Drawing():
            # A drawing that says so is as narrow as a telephone, and there is nothing to swipe.
            wide = "min-width:0" not in part.svg
            return {
                "kind": "figure",
                "number": number,
                "svg": part.svg,
                "caption": part.caption,
                "wide": wide,
            }
        case Prose():
            return {"kind": "prose", "heading": part.heading, "paragraphs": part.paragraphs}
        case Listing():
            return {"kind": "listing", "points": part.items}


def _references(cites: Iterable[str]) -> list[str]:
    found = [cite(key, where="report") for key in sorted(set(cites))]
    return [
        f"{reference} ({reference.fields['note']})" if "note" in reference.fields else str(reference)
        for reference in found
    ]
