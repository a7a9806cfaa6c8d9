"""What is read, when and of whom; numbers with units and intervals; all in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from deqi.core import cite
from deqi.evidence import Figure, Finding, Reading
from deqi.measurement import instruments, load_instrument
from deqi.models import needling_analgesia
from deqi.web.model.places import place_of

ROLES: Mapping[str, str] = {
    "validation": "never fitted",
    "calibration": "open to fitting",
}
ROLES_MEAN: Mapping[str, str] = {
    "validation": "The model was never fitted to it, and it is not looked at while the model is mended: "
    "agreement is a test.",
    "calibration": "The model may be fitted to it: agreement with it is no test.",
}
#: Short words for verdicts, as they stand on the page.
VERDICTS: Mapping[str, str] = {
    "misfit": "misfit",
    "direction": "direction agrees",
    "inside": "inside the interval",
}
NOT_SCORED = "not scored"
#: What verdicts mean, as `deqi.validation` has it, which takes long to load.
MEANINGS: Mapping[str, str] = {
    "inside": "the model's central value lies within the published 95 % interval",
    "direction": "outside of it, or without one, but the sign of the change or contrast, or the stated "
    "order, agrees",
    "misfit": "neither",
}
#: The same where one finding stands alone.
MEANINGS_ALONE: Mapping[str, str] = {
    "inside": MEANINGS["inside"],
    "direction": "the model's central value is not within a published 95 % interval, or there is none, but "
    "the sign of the change or contrast, or the stated order, agrees",
    "misfit": "the model's central value is neither within a published 95 % interval, nor of the published "
    "sign or order",
}
#: What a reading calls the experimental pain threshold, which is worked out and is no state.
THRESHOLD = "pain_threshold"
_QUANTITIES: Mapping[str, str] = {
    "level": "level",
    "mean": "mean",
    "change": "change since the start",
    "percent_change": "change in per cent of the start",
    "fold": "ratio to the start",
    "sd": "SD between patients",
    "sd_of_change": "SD of the change between patients",
    "share": "share of responders",
    "share_ratio": "ratio of shares of responders",
    "smd": "difference over the pooled SD of the outcome",
    "decay": "how fast the difference shrinks",
    "kept": "share of the difference that is left",
    "blocked_share": "share of the effect that is blocked",
    "minute_of_peak": "minute of the peak",
    "half_life": "minutes until half of it is left",
    "order": "order",
}
_DIRECTIONS: Mapping[str, str] = {
    "up": "higher",
    "down": "lower",
    "none": "no change",
    "order": "a stated order",
}
# Minutes.
_DAY = 1440.0
_RESOLVERS = {"doi": "https://doi.org/", "pmid": "https://pubmed.ncbi.nlm.nih.gov/"}


def number(value: float) -> str:
    """Three significant digits, with a true minus sign, as reports write them (those take long to load).

    Examples
    --------
    >>> number(-0.01234), number(3e-17), number(1234.5)
    ('−0.0123', '0', '1234')
    """
    if abs(value) < 1e-6:
        return "0"
    return (f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}").replace("-", "\u2212")


def interval(value: float | None, ends: Sequence[float] | None, unit: str = "") -> str:
    """A figure with its interval and unit; empty without a figure.

    Examples
    --------
    >>> interval(-5.0, (-8.0, -2.0), "points"), interval(None, (1.0, 2.0)), interval(None, None)
    ('−5 (−8 to −2) points', '1 to 2', '')
    """
    if value is None and ends is None:
        return ""
    told = "" if ends is None else f"{number(ends[0])} to {number(ends[1])}"
    if value is not None:
        told = number(value) + (f" ({told})" if told else "")
    return f"{told} {unit}".rstrip() if unit not in ("", "1") else told


def published(figure: Figure) -> str:
    """What a study printed: the figure, or the direction alone.

    Examples
    --------
    >>> published(Figure("points", value=-5.0, low=-8.0, high=-2.0))
    '−5 (−8 to −2) points'
    >>> published(Figure("1", direction="up"))
    'higher'
    """
    told = interval(figure.value, figure.ends, figure.unit)
    if told and figure.direction == "none":
        return f"{told}, taken as no change"
    return told or _DIRECTIONS.get(figure.direction, "")


def modelled(read: Reading | None, figure: Figure, model: float | None, ends: Sequence[float] | None) -> str:
    """What the model gave, in the unit of the finding.

    Examples
    --------
    >>> modelled(None, Figure("%"), 12.345, (10.0, 15.0))
    '12.3 (10 to 15) %'
    """
    if model is None or not math.isfinite(model):
        return "could not be computed"
    if read is not None and read.quantity == "order":
        return f"the order holds under {100 * model:.0f} % of the ensemble"
    return interval(model, ends, figure.unit)


def what(read: Reading) -> str:
    """What is read.

    Examples
    --------
    >>> what(Reading("mean", "vas_pain", ("verum", "sham"), week=8))
    'mean of Visual analogue scale of pain (pain now), verum minus sham'
    """
    if read.of == THRESHOLD:
        of = "the experimental pain threshold"
    elif read.of in instruments():
        scale = load_instrument(read.of)
        of = f"{scale.title} ({scale.what})"
    else:
        place = place_of(read.of)
        of = f"{needling_analgesia().variable(read.of).doc} ({place.name}, {place.group.lower()})"
    quantity = _QUANTITIES[read.quantity]
    if read.by:
        quantity = f"{quantity} by {_QUANTITIES[read.by]}"
    arms = [name.replace("_", " ").replace("-", " ") for name in read.arms]
    if read.quantity == "order":
        whom = f"rising along {', '.join(arms)}"
    elif read.quantity in ("blocked_share", "share_ratio", "kept", "decay") or len(arms) == 1:
        whom = ", ".join(arms)
    else:
        whom = " minus ".join(arms)
    if read.better_by is not None:
        whom += f"; responders are better by {100 * read.better_by:.0f} %"
    if read.better_by_points is not None:
        whom += f"; responders are better by {number(read.better_by_points)} points"
    return f"{quantity} of {of}, {whom}"


def when(read: Reading) -> str:
    """When it is read.

    Examples
    --------
    >>> when(Reading("mean", "vas_pain", ("verum",), week=8)), when(Reading("fold", "x", ("a",), minute=30))
    ('at week 8', 'at minute 30')
    """
    if read.week is None and read.minute is None:
        return "over the hours after needling"
    minute = read.minute or 0.0
    at = f"at minute {minute:g}" if read.week is None else f"at week {number(read.week)}"
    if minute >= _DAY:
        at += f", on day {minute // _DAY + 1:g}"
    return at if read.since is None else f"{at}, beside week {number(read.since)}"


def source(key: str) -> dict[str, str]:
    """A reference in words, and where it can be found.

    Examples
    --------
    >>> source("haake2007")["href"].startswith("https://doi.org/")
    True
    """
    one = cite(key)
    link = one.link
    kind, _, name = link.partition(":")
    href = _RESOLVERS[kind] + name if kind in _RESOLVERS else link if link.startswith("https://") else ""
    text = str(one).removesuffix(link).rstrip(". ") + "."
    return {"key": key, "text": text, "link": link, "href": href, "year": one.fields.get("year", "")}


def arms(finding: Finding) -> list[dict[str, str]]:
    """What is simulated for each arm that a finding reads: protocol, and what an experimenter adds."""
    from deqi.protocols import load_challenge, load_protocol

    if finding.setup is None or finding.read is None:
        return []
    found = []
    for name in finding.read.arms:
        arm = finding.setup.arms[name]
        added = "; ".join(load_challenge(one).title for one in arm.challenges)
        protocol = load_protocol(arm.protocol)
        found.append(
            {
                "name": name.replace("_", " ").replace("-", " "),
                "protocol": protocol.name,
                "title": protocol.title,
                "added": added,
                "session": protocol.name if protocol.sessions else "",
            }
        )
    return found
