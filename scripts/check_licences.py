"""Refuse dependencies whose licence deqi cannot live with.

Reads what each installed distribution says about itself. GPL, AGPL and unknown
licences fail; LGPL passes only for the wheels reviewed below, and only while
deqi can be installed without them. Run by `make licences`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# SPDX identifiers, then the trove classifiers and free words that older packages use instead.
ALLOWED = {
    *(
        "0BSD",
        "Apache-2.0",
        "Artistic-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-CMU",
        "MPL-2.0",
    ),
    *("PSF-2.0", "Zlib"),
    *("Apache Software License", "BSD License", "ISC License (ISCL)", "MIT License"),
    *("Mozilla Public License 2.0 (MPL 2.0)", "Python Software Foundation License"),
    *("Apache 2.0", "BSD", "BSD 2-Clause License", "BSD 3-Clause License", "ISC License"),
}

# Packages whose metadata do not settle the matter; somebody has read their licence files.
# name: (what the metadata says, what the licence file says)
REVIEWED = {
    # Used by tests only: MIT, with axe-core (MPL-2.0) inside.
    "axe-playwright-python": ("", "MIT"),
    # Used by tests only, as a referee; nothing of it is shipped.
    "copasi-basico": ("Artistic License", "Artistic-2.0"),
    "python-copasi": ("Artistic License", "Artistic-2.0"),
    # Used by tests only. Its own code is Apache-2.0; the wheel holds libSBML (LGPL-2.1).
    "libroadrunner": ("", "Apache-2.0"),
    # The optional extra `sbml`, loaded as a separate library that the user can replace.
    "python-libsbml": ("LGPL", "LGPL-2.1-or-later"),
}

COPYLEFT = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)
LESSER = re.compile(r"\bLGPL|GNU Lesser|GNU Library", re.IGNORECASE)


def declared(dist: Distribution) -> list[str]:
    """Licences that a distribution names: its SPDX expression, or else its classifiers and free text."""
    meta = dist.metadata
    if expression := meta.get("License-Expression"):
        # An exception only widens what a licence permits, so `WITH ...` need not be known.
        plain = re.sub(r"\s+WITH\s+[\w.-]+", "", expression)
        return [part.strip("() ") for part in re.split(r"\s+(?:AND|OR)\s+", plain)]
    trove = [c.rsplit(" :: ", 1)[1] for c in meta.get_all("Classifier") or [] if c.startswith("License ::")]
    names = [c for c in trove if c != "OSI Approved"]
    text = (meta.get("License") or "").strip()
    if text and "\n" not in text and (not names or COPYLEFT.search(text) or LESSER.search(text)):
        names.append(text)
    return names


def fault(dist: Distribution, always_needed: Iterable[str]) -> str | None:
    """What is wrong with the licence of one distribution, or None."""
    name, says = canonicalize_name(dist.name), declared(dist)
    if name in REVIEWED and REVIEWED[name][0] == ", ".join(says):
        says = [REVIEWED[name][1]]
        if LESSER.search(says[0]):
            return f"{says[0]}, and deqi cannot be installed without it" if name in always_needed else None
    if not says:
        return "no licence declared; read its licence file and add it to REVIEWED"
    for licence in says:
        if COPYLEFT.search(licence):
            return f"{licence}: copyleft, refused"
        if LESSER.search(licence):
            return f"{licence}: allowed only for reviewed, optional wheels"
        if licence not in ALLOWED:
            return f"{licence!r}: unknown; add it to ALLOWED or REVIEWED once read"
    return None


def runtime_closure(installed: Iterable[Distribution], root: str = "deqi") -> set[str]:
    """Names of the distributions that `pip install ROOT` brings in without any extra."""
    wants = {canonicalize_name(d.name): d.requires or [] for d in installed}
    if root not in wants:
        raise SystemExit(f"{root} is not installed here; run: make venv")
    seen: set[tuple[str, str]] = set()
    queue = [(root, "")]
    while queue:
        name, extra = queue.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for need in map(Requirement, wants.get(name, [])):
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                queue += [(canonicalize_name(need.name), wanted) for wanted in ("", *need.extras)]
    return {name for name, _ in seen} - {root}


def main() -> int:
    """Check every distribution installed beside this Python."""
    installed = list(distributions())
    always_needed = runtime_closure(installed)
    faults = {d.name: f for d in installed if (f := fault(d, always_needed))}
    for name, what in sorted(faults.items()):
        print(f"{name}: {what}", file=sys.stderr)
    if not faults:
        print(f"licences: {len(installed)} distributions, none refused")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
