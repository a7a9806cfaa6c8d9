"""`deqi cite`: the bibliography of what a run used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from deqi.cli.arguments import Argument, Option

__all__ = ["cite_command"]


def cite_command(
    run: Annotated[Path, Argument(help="Folder of a trial's run, or a netCDF file of deqi simulate.")],
    out: Annotated[Path | None, Option(help="Write to this file instead, such as references.bib.")] = None,
) -> None:
    """Print the BibTeX of everything that a run used: mechanisms, values, protocols, instruments."""
    import sys

    from deqi.core.writing import replace_file
    from deqi.exporters.citations import bibliography, cited, unchecked

    found = cited(run)
    text = bibliography(found)
    if out is None:
        print(text, end="")
    else:
        print(f"written: {replace_file(out, text.encode())}: deqi and {len(found)} sources")
    loose = unchecked(found)
    if loose:
        # Beside the entries, so that they can be piped on.
        print(f"look up before citing, no identifier was checked: {', '.join(loose)}", file=sys.stderr)
