"""How all figures look: colours, dashes, markers, type; and writing them as SVG or PNG.

Series are told apart by colour (Okabe and Ito's set, safe for colour-blind
readers), by dash and by marker, so a figure also works in grey. A figure is
700 pixels wide and its smallest type then measures 11 pixels.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deqi.errors import DeqiError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED, GRID, BAND = "#14232f", "#566875", "#dfe6eb", "#eef2f5"
# Not quite white, so that a page can tell the paper from a white letter on a dark cell.
PAPER = "#fffffe"
BLUE, VERMILION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
#: Name of each colour that a page may set itself, as a CSS variable, for a dark background.
TOKENS: Mapping[str, str] = {
    INK: "ink",
    MUTED: "muted",
    GRID: "line",
    BAND: "soft",
    PAPER: "surface",
    BLUE: "series-blue",
    VERMILION: "series-vermilion",
    GREEN: "series-green",
    PURPLE: "series-purple",
}

WIDTH = 7.3  # inch: 700 pixels of 96 an inch
_SIZE = 9.0  # point: 12 pixels at that width
_LAID_OUT_IN = "DejaVu Sans"
_FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
_RC: Any = {
    "font.family": [_LAID_OUT_IN],
    "font.size": _SIZE,
    "axes.labelsize": _SIZE,
    "axes.titlesize": _SIZE,
    "xtick.labelsize": _SIZE - 0.5,
    "ytick.labelsize": _SIZE - 0.5,
    "legend.fontsize": _SIZE,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.facecolor": PAPER,
    "figure.facecolor": PAPER,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "hatch.color": GRID,
    "hatch.linewidth": 0.7,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "deqi",
    "mathtext.default": "regular",
}


@dataclass(frozen=True)
class Look:
    """How one series is drawn."""

    colour: str
    dash: Any
    marker: str


LOOKS = (
    Look(BLUE, "solid", "o"),
    Look(VERMILION, (0, (5, 2)), "s"),
    Look(GREEN, (0, (1.2, 1.4)), "^"),
    Look(PURPLE, (0, (6, 1.6, 1.2, 1.6)), "D"),
    Look(INK, (0, (9, 2.5)), "v"),
)


def looks(labels: Sequence[str]) -> dict[str, Look]:
    """A look for each label, in order.

    Raises
    ------
    DeqiError
        If there are none, or more than can be told apart.

    Examples
    --------
    >>> looks(["verum", "sham"])["sham"].marker
    's'
    """
    if not 0 < len(labels) <= len(LOOKS):
        raise DeqiError(
            f"{len(labels)} series cannot be drawn in one figure",
            where="figure",
            fix=f"give 1 to {len(LOOKS)}",
        )
    return dict(zip(labels, LOOKS, strict=False))


def styled() -> Any:
    """A context in which figures are made and written in this style."""
    import matplotlib

    return matplotlib.rc_context(_RC)


def label_ends(ax: Axes, ends: Sequence[tuple[float, str, Look]], x: float) -> None:
    """Write each series' name beside its last value, moved apart where names would overlap.

    Parameters
    ----------
    ax : Axes
        Axes whose limits are final.
    ends : sequence of (float, str, Look)
        Last value [unit of the axis], name, look.
    x : float
        Where the series end [unit of the axis].
    """
    low, high = ax.get_ylim()
    height = ax.bbox.height * 72 / ax.figure.dpi
    gap = 1.25 * _SIZE * (high - low) / height
    order = sorted(range(len(ends)), key=lambda k: ends[k][0])
    places = _spread([ends[k][0] for k in order], gap, low, high)
    for k, place in zip(order, places, strict=True):
        value, text, look = ends[k]
        ax.annotate(
            text,
            (x, value),
            xytext=(16, (place - value) / (high - low) * height),
            textcoords="offset points",
            va="center",
            ha="left",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": look.colour,
                "linewidth": 1.2,
                "linestyle": look.dash,
                "shrinkA": 1,
                "shrinkB": 2,
                "relpos": (0, 0.5),
            },
        )


def _spread(values: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Rising values moved up until neighbours are a gap apart, then down again from the top."""
    places: list[float] = []
    for value in values:
        places.append(max(value, places[-1] + gap if places else low))
    # Share the move, so that a pair lies on both sides of where it belongs.
    shift = (sum(places) - sum(values)) / len(values) if values else 0.0
    places = [max(p - shift, low + k * gap) for k, p in enumerate(places)]
    ceiling = high
    for k in range(len(places) - 1, -1, -1):
        places[k] = min(places[k], ceiling)
        ceiling = places[k] - gap
    return places


def to_svg(figure: Figure) -> str:
    """The figure as an SVG file: the same text for the same figure, whenever it is made."""
    buffer = io.StringIO()
    with styled():
        figure.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    return buffer.getvalue().replace(f"'{_LAID_OUT_IN}'", _FONTS)


def to_inline_svg(figure: Figure, name: str, description: str) -> str:
    """The figure as an ``<svg>`` element of a page: page colours as CSS variables, ids of its own.

    Parameters
    ----------
    figure : Figure
        The figure.
    name : str
        Prefix of every id inside; must be unlike that of any other figure on the page.
    description : str
        What a reader who cannot see the figure is told.
    """
    from html import escape

    svg = to_svg(figure)
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    svg = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", svg).replace("xlink:href", "href")
    svg = re.sub(r'(?<=\bid=")', f"{name}-", svg)
    svg = re.sub(r'(?<=href="#)|(?<=url\(#)', f"{name}-", svg)
    svg = re.sub(r"#[0-9a-f]{6}", lambda m: _token(m[0]), svg)
    head = f'<svg role="img" aria-label="{escape(description, quote=True)}"'
    return re.sub(r'<svg(?: (?:width|height|version)="[^"]*")*', head, svg, count=1).strip()


def _token(colour: str) -> str:
    return f"var(--{TOKENS[colour]}, {colour})" if colour in TOKENS else colour


def to_png(figure: Figure, *, dpi: float = 192) -> bytes:
    """The figure as a PNG file."""
    buffer = io.BytesIO()
    with styled():
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()
