"""Which mechanisms a finding is about: where it acts, where it is read, and the way between."""

from __future__ import annotations

from dataclasses import dataclass

from deqi.errors import UnknownNameError
from deqi.evidence import Finding
from deqi.measurement import instruments, load_instrument
from deqi.protocols import load_challenge, load_protocol
from deqi.protocols.challenges import Challenge
from deqi.protocols.drugs import DRUGS
from deqi.simulation.threshold import NEEDS
from deqi.web.evidence.words import THRESHOLD
from deqi.web.model.graph import bundles, way
from deqi.web.model.places import place_of, places

#: What an instrument follows, and where that is in the model; `opioid` is what was taken, and no state.
_LATENTS = {
    "pain": "pain.report.intensity",
    "unpleasantness": "pain.report.unpleasantness",
    "change": "pain.report.intensity",
    "disability": "pain.disability.disability",
    "mood": "mind.mood.mood",
    "stress": "mind.stress.stress",
}
_NEEDLES = ("outside.volleys", "outside.frequency", "outside.tissue")
_MEDICINES, _SETTING = "outside.medicines", "outside.setting"


@dataclass(frozen=True)
class Tested:
    """What a finding is about; all are paths of places.

    Attributes
    ----------
    acts : tuple of str
        Where what differs between its arms acts: needles, ritual, a medicine, a block.
    challenged : tuple of str
        Those of them that an experimenter's challenge acts on.
    read : tuple of str
        Where it is read.
    way : tuple of str
        The shortest way along wires from the first to the last.
    """

    acts: tuple[str, ...]
    challenged: tuple[str, ...]
    read: tuple[str, ...]
    way: tuple[str, ...]

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """Mechanisms that it reads, or that a challenge acts on; what is outside the body is none."""
        found = dict.fromkeys(places()[path].mechanism for path in (*self.challenged, *self.read))
        return tuple(name for name in found if name)


def tested(finding: Finding) -> Tested:
    """What a finding is about; nothing, if it is excluded.

    Examples
    --------
    >>> from deqi.evidence import finding
    >>> found = tested(finding("oei1992.rank"))
    >>> found.challenged, "spinal.descending" in found.read
    (('receptors.cholecystokinin',), True)
    """
    setup, read = finding.setup, finding.read
    if setup is None or read is None:
        return Tested((), (), (), ())
    arms = [setup.arms[name] for name in read.arms]
    challenged = tuple(
        dict.fromkeys(
            path for arm in arms for name in arm.challenges for path in _targets(load_challenge(name))
        )
    )
    given = [load_protocol(arm.protocol) for arm in arms]
    needled = any(one.sessions for one in given)
    acts = [*challenged, *(_NEEDLES if needled else ())]
    if any(one.drugs or one.doses for one in given):
        acts.append(_MEDICINES)
    if needled or any(one.exercise or one.contacts for one in given):
        acts.append(_SETTING)
    where = _read_at(read.of)
    # A challenge is what its experiment turns on; needles are in every arm then.
    start = challenged or (_NEEDLES if needled else tuple(acts))
    return Tested(tuple(acts), challenged, where, way(start, where))


def _targets(challenge: Challenge) -> tuple[str, ...]:
    """Places that a challenge acts on."""
    if challenge.drug:
        return (place_of(DRUGS[challenge.drug].depot).path,)
    source = f"environment.{challenge.variable}"
    return tuple(bundle.target for bundle in bundles() if any(start == source for start, _ in bundle.wires))


def _read_at(of: str) -> tuple[str, ...]:
    if of == THRESHOLD:
        return tuple(dict.fromkeys(place_of(path).path for path in NEEDS))
    if of in instruments():
        return tuple(
            dict.fromkeys(
                place_of(_LATENTS[name]).path
                for name, slope in load_instrument(of).slopes.items()
                if slope and name in _LATENTS
            )
        )
    try:
        return (place_of(of).path,)
    except KeyError:
        raise UnknownNameError("path", of, places()) from None
