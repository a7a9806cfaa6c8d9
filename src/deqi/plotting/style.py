"""One look for every figure: colours that colour-blind readers can tell apart, and dashes besides."""

from __future__ import annotations

from typing import Any

#: Okabe and Ito's colours, and a dash of its own for each.
LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "#0072B2", "linestyle": "-", "marker": "o"},
    {"color": "#D55E00", "linestyle": "--", "marker": "s"},
    {"color": "#009E73", "linestyle": "-.", "marker": "^"},
    {"color": "#CC79A7", "linestyle": ":", "marker": "D"},
    {"color": "#56B4E9", "linestyle": (0, (5, 1)), "marker": "v"},
)
SETTINGS: Any = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "deqi",
    "font.family": "sans-serif",
}


def line(k: int) -> dict[str, Any]:
    """Colour and dash of the k-th curve."""
    look = LOOKS[k % len(LOOKS)]
    return {"color": look["color"], "linestyle": look["linestyle"]}


def marker(k: int) -> dict[str, Any]:
    """Colour and marker of the k-th set of points."""
    look = LOOKS[k % len(LOOKS)]
    return {"color": look["color"], "marker": look["marker"]}
