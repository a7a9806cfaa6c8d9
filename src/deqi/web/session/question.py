"""What an address asks for: points or a library protocol, on whom, compared with what."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import urlencode

from deqi.atlas import find_point
from deqi.errors import DeqiError, UnknownNameError
from deqi.mechanisms.needle.techniques import TECHNIQUES
from deqi.models import patients
from deqi.protocols import Needling, Protocol, Session, load_protocol, protocols

#: A set for the low back, to begin with. It is ours: as many needles as in GERAC, whose points were not seen.
LOW_BACK = ("GV3", "BL23", "BL25", "BL26", "EX-B7", "BL40", "BL60", "KI3", "GV20")
PATIENT = "chronic_low_back_pain"
MOST_POINTS = 40
#: The sham that a trial had beside its verum.
SHAM_OF = {
    "gerac-verum": "gerac-sham",
    "art-acupuncture": "art-minimal",
    "cho-verum": "cho-sham",
    "cherkin-standardised": "cherkin-simulated",
    "cherkin-individualised": "cherkin-simulated",
    "molsberger-verum": "molsberger-sham",
}
#: Word for a sham that is made from what is asked: shallow, beside the points, left alone.
OWN_SHAM = "sham"
NOTHING = "none"

# Minutes before the needles that a session of chosen points is seen for.
_BEFORE_MINUTES = 10.0
_SHAM_MM = 2.0
# Needles of the trunk are one group and those of limbs and head another, as in the library's protocols:
# needles of a group get in each other's way, and groups add up.
_TRUNK = ("back", "hip", "chest", "abdomen")
_DEPTH_MM = {"superficial": 2.0, "touch": 0.0}
_USUAL_MM = 20.0
_VIGOUR = 0.45
_CURRENT_MA = 2.0
_ELECTRICAL = re.compile(r"(\d+(?:\.\d+)?)(?:/(\d+(?:\.\d+)?))?\s*hz", re.IGNORECASE)
_BY_HAND = tuple(name for name in TECHNIQUES if name != "electrical")


@dataclass(frozen=True)
class Needles:
    """Needles at chosen points, as an address has them; None stands for what is usual.

    Parameters
    ----------
    points : tuple of str
        Points of the atlas, by any usual name.
    technique : str, optional
        ``manual``, ``retained``, ``superficial``, ``touch``, ``dry``, or frequencies: ``2hz``, ``2/100hz``.
    depth_mm, minutes, vigour, current_ma : float, optional
        Depth of the tips [mm], time [min], vigour by hand (0 to 1), current of electrical needling [mA].
    side : str, optional
        ``both``, ``left`` or ``right`` of the patient.
    """

    points: tuple[str, ...]
    technique: str | None = None
    depth_mm: float | None = None
    minutes: float | None = None
    vigour: float | None = None
    current_ma: float | None = None
    side: str | None = None


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    protocol : Protocol
        What is done.
    patient : str
        Name of the patient.
    compare : Protocol or None
        What it is compared with.
    query : tuple of (str, str)
        The question as the query of an address, in one form; two questions alike have it alike.
    library : bool
        Whether the protocol is one of the library, unchanged.
    """

    protocol: Protocol
    patient: str
    compare: Protocol | None
    query: tuple[tuple[str, str], ...]
    library: bool
    compare_name: str = field(default=NOTHING)

    @property
    def address(self) -> str:
        """The query of an address, without its question mark."""
        return urlencode(self.query, safe=",/")


def ask(
    protocol: str | None = None,
    needles: Needles | None = None,
    patient: str = PATIENT,
    compare: str | None = None,
) -> Question:
    """A question from the parts of an address.

    Parameters
    ----------
    protocol : str, optional
        Name of a protocol of the library.
    needles : Needles, optional
        Or needles at chosen points; without either, a set for the low back.
    patient : str
        Name of a preset.
    compare : str, optional
        ``sham``, ``none`` or a name of the library; unless given, the trial's sham, or one made
        from the question.

    Raises
    ------
    DeqiError
        If a name is unknown, a number is out of range, or parts do not go together.

    Examples
    --------
    >>> ask("gerac-verum").compare_name
    'gerac-sham'
    >>> ask(needles=Needles(("UB 23",), "2/100hz")).address
    'points=BL23&technique=2/100hz&depth_mm=20&minutes=30&current_ma=2&side=both&compare=sham'
    """
    if patient not in patients():
        raise UnknownNameError(
            "patient", patient, patients(), where="patient", fix=f"one of {', '.join(patients())}"
        )
    if protocol is not None and needles is not None:
        raise DeqiError(
            "a protocol and points are two ways to say what is done",
            where="protocol, points",
            fix="give one of them",
        )
    if protocol is not None:
        chosen, query = _named(protocol), [("protocol", protocol)]
    else:
        chosen, query = _needled(needles or Needles(LOW_BACK))
    name = compare if compare is not None else _usual_compare(chosen)
    other = _compared(chosen, name)
    if patient != PATIENT:
        query.append(("patient", patient))
    query.append(("compare", name))
    return Question(chosen, patient, other, tuple(query), protocol is not None, name)


def _named(name: str) -> Protocol:
    # By name alone: `load_protocol` reads files too, and an address must not.
    if name not in protocols():
        raise UnknownNameError(
            "protocol", name, protocols(), where="protocol", fix="`deqi protocols` lists them"
        )
    return load_protocol(name)


def _needled(needles: Needles) -> tuple[Protocol, list[tuple[str, str]]]:
    codes = tuple(dict.fromkeys(find_point(name).code for name in needles.points))
    if not codes:
        raise DeqiError(
            "no point is chosen", where="points", fix="choose one on the body, or write points=BL23"
        )
    if len(codes) > MOST_POINTS:
        raise DeqiError(
            f"{len(codes)} points are more than one session has",
            where="points",
            fix=f"choose {MOST_POINTS} or fewer",
        )
    side = needles.side or "both"
    if side not in ("both", "left", "right"):
        raise UnknownNameError(
            "side", side, ("both", "left", "right"), where="side", fix="both, left or right"
        )
    each = [(code, 2 if side == "both" and find_point(code).side == "bilateral" else 1) for code in codes]
    told = needles.technique or "manual"
    technique, frequencies = _technique(told)
    depth = needles.depth_mm if needles.depth_mm is not None else _DEPTH_MM.get(technique, _USUAL_MM)
    minutes = needles.minutes if needles.minutes is not None else 30.0
    query = [
        ("points", ",".join(codes)),
        ("technique", _hertz(frequencies) or technique),
        ("depth_mm", f"{depth:g}"),
        ("minutes", f"{minutes:g}"),
    ]
    more: dict[str, float] = {}
    if technique == "electrical":
        more["current_ma"] = needles.current_ma if needles.current_ma is not None else _CURRENT_MA
    elif technique == "manual":
        more["vigour"] = needles.vigour if needles.vigour is not None else _VIGOUR
    _refuse_unused(needles, technique)
    query += [(name, f"{value:g}") for name, value in more.items()]
    groups = [
        [(c, n) for c, n in each if (find_point(c).region in _TRUNK) is trunk] for trunk in (True, False)
    ]
    needlings = tuple(
        Needling(
            technique,
            needles=sum(n for _, n in group),
            depth_mm=depth,
            # A point stands once for each needle in it, so that shares are means over needles.
            points=tuple(code for code, n in group for _ in range(n)),
            frequency_hz=frequencies,
            side=side,
            **more,
        )
        for group in groups
        if group
    )
    made = Protocol(
        name="session",
        title=f"{', '.join(codes)}: {_hertz(frequencies) or technique}, {depth:g} mm, {minutes:g} min",
        role="experiment",
        condition="experiment",
        sessions=(Session(minutes, needlings, days=(_BEFORE_MINUTES / 1440.0,)),),
        assumptions=(
            "points were chosen by hand",
            "the ritual of a treatment is taken as complete: context 1",
        ),
    )
    return made, [*query, ("side", side)]


def _technique(told: str) -> tuple[str, tuple[float, ...]]:
    found = _ELECTRICAL.fullmatch(told.strip())
    if found is not None:
        return "electrical", tuple(float(hz) for hz in found.groups() if hz is not None)
    if told not in _BY_HAND:
        raise UnknownNameError(
            "technique",
            told,
            (*_BY_HAND, "2hz", "100hz", "2/100hz"),
            where="technique",
            fix="or a frequency, as 2hz",
        )
    return told, ()


def _refuse_unused(needles: Needles, technique: str) -> None:
    """What would be passed over in silence is an error."""
    if needles.current_ma is not None and technique != "electrical":
        raise DeqiError(f"{technique} needling has no current", where="current_ma", fix="leave it out")
    if needles.vigour is not None and technique != "manual":
        raise DeqiError(f"{technique} needling has no vigour", where="vigour", fix="leave it out")


def _hertz(frequencies: tuple[float, ...]) -> str:
    return "/".join(f"{hz:g}" for hz in frequencies) + "hz" if frequencies else ""


def _usual_compare(chosen: Protocol) -> str:
    if not chosen.sessions or chosen.role in ("sham", "none"):
        return NOTHING
    if chosen.name in SHAM_OF:
        return SHAM_OF[chosen.name]
    return NOTHING if _is_like_sham(chosen) else OWN_SHAM


def _is_like_sham(chosen: Protocol) -> bool:
    return all(n.technique in ("superficial", "touch") for s in chosen.sessions for n in s.needlings)


def _compared(chosen: Protocol, name: str) -> Protocol | None:
    if name == NOTHING:
        return None
    if name == OWN_SHAM:
        return own_sham(chosen)
    return _named(name)


@lru_cache(maxsize=256)
def own_sham(chosen: Protocol) -> Protocol:
    """The same needles shallow, beside the points, left alone; the ritual as it was.

    Examples
    --------
    >>> own_sham(ask("low-back-2hz-visit").protocol).sessions[0].needlings[0].technique
    'superficial'
    """
    made = chosen.sham(site="off", depth_mm=_SHAM_MM, stimulation=False, name=f"{chosen.name}-sham")
    return replace(made, title=f"Shallow, beside the points: {chosen.title}")
