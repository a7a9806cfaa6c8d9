"""Symbols as MathML. They are declared in LaTeX; the small part of it that mechanisms use is read here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from markupsafe import Markup

from deqi.errors import MechanismError

_LETTERS: Mapping[str, str] = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "eta": "η",
    "theta": "θ",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "sigma": "σ",
    "tau": "τ",
    "rho": "ρ",
    "phi": "φ",
    "omega": "ω",
    "infty": "∞",
}
_SYMBOL = re.compile(
    r"(?P<base>\\?[A-Za-z]+)(?P<prime>'?)(?:_(?:\{(?P<many>[^{}]*)\}|(?P<one>\\[a-z]+|[^{}\\])))?\Z"
)


def letters(latex: str) -> str:
    r"""Text of a small piece of LaTeX.

    Raises
    ------
    MechanismError
        If it names a letter that is not known.

    Examples
    --------
    >>> letters(r"\tau"), letters(r"E\delta"), letters("p+")
    ('τ', 'Eδ', 'p+')
    """

    def known(match: re.Match[str]) -> str:
        if match[1] not in _LETTERS:
            raise MechanismError(f"\\{match[1]} is no letter that pages can show", where="symbol")
        return _LETTERS[match[1]]

    return re.sub(r"\\([A-Za-z]+) ?", known, latex).replace("-", "−")


@lru_cache(maxsize=1024)
def symbol(latex: str) -> Markup:
    r"""A symbol as MathML, without the element around it.

    Raises
    ------
    MechanismError
        If it is more than a letter with a subscript.

    Examples
    --------
    >>> str(symbol(r"\tau_{AC}"))
    '<msub><mi>τ</mi><mtext>AC</mtext></msub>'
    """
    found = _SYMBOL.match(latex)
    if found is None:
        raise MechanismError(f"{latex} is no symbol that pages can show", where="symbol")
    base = Markup("<mi>{}</mi>").format(letters(found["base"]))
    below = found["many"] or found["one"] or ""
    if found["prime"]:
        base = Markup("<msup>{}<mo>′</mo></msup>").format(base)
    if not below:
        return base
    return Markup("<msub>{}<mtext>{}</mtext></msub>").format(base, letters(below))


def whole(inner: Markup, *, alone: bool = False) -> Markup:
    """MathML that stands in a page; `alone` on a line of its own."""
    block = Markup(' display="block"') if alone else Markup()
    return Markup("<math{}>{}</math>").format(block, inner)
