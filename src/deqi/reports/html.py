"""Rendering a page: one HTML file, figures inside, nothing fetched."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from deqi.errors import FileError


@dataclass(frozen=True)
class Figure:
    """A figure with its caption; `number` makes its element ids unique on the page."""

    svg: str
    caption: str


@dataclass(frozen=True)
class Table:
    """A table: caption, column heads, rows; the first column heads its row."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def figure(drawn: Any, caption: str, number: int) -> Figure:
    """A matplotlib figure as inline SVG."""
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": f"deqi{number}"}):
        drawn.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    # Ids of several figures on one page must not meet.
    svg = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>f{number}-", svg)
    label = caption.replace('"', "'")
    return Figure(svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1), caption)


def write_page(path: str | Path, content: Mapping[str, Any]) -> Path:
    """Render the template and write it; a file of that name is replaced at once or not at all.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    from jinja2 import Environment, StrictUndefined

    template = (resources.files("deqi.reports") / "page.html").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = environment.from_string(template).render(**content)
    target = Path(path)
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise FileError(
            f"cannot be written: {error.strerror}", where=str(target), fix="nothing was changed"
        ) from error
    return target
