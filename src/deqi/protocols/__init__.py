"""Protocols: what is done to a body, as data; and how it is laid out in time.

| file | what |
|---|---|
| `schema.py` | protocol |
| `needling.py`, `care.py` | session and needling; medicines, contacts, exercise |
| `sham.py` | a sham made by changing the verum |
| `stricta.py` | the 17 items of STRICTA 2010 |
| `rules.py`, `visit_limit.py`, `rescue.py`, `titration.py`, `decision.py` | rules that decide at a visit |
| `files.py`, `library/` | reading and writing TOML; the library |
| `challenges.py`, `challenges/` | drugs, blocks and lesions an experimenter adds |
| `checks.py`, `drugs.py` | checks of values; medicines known |
| `taken.py`, `equivalents.py` | opioid taken day by day, as morphine by mouth |
| `timeline.py`, `stimulus.py`, `site.py` | sessions turned into what reaches the body, minute by minute |
"""

from deqi.protocols.care import Contact, DrugCourse, DrugDose, Exercise, ExtraCourse, NewDose
from deqi.protocols.challenges import Challenge, challenges, load_challenge
from deqi.protocols.decision import Decision
from deqi.protocols.equivalents import ORAL_MORPHINE, oral_morphine
from deqi.protocols.files import load_protocol, protocols, read_protocol, write_protocol
from deqi.protocols.needling import Needling, Session
from deqi.protocols.rescue import Rescue
from deqi.protocols.rules import RULES, ContinueIf
from deqi.protocols.schema import Protocol
from deqi.protocols.site import PainSite
from deqi.protocols.stimulus import stimulus
from deqi.protocols.stricta import NOT_REPORTED, Stricta
from deqi.protocols.taken import opioid_by_day
from deqi.protocols.timeline import Dose, Interval, Segment, Timeline, lay_out
from deqi.protocols.titration import Titration
from deqi.protocols.visit_limit import VisitLimit

__all__ = [
    "NOT_REPORTED",
    "ORAL_MORPHINE",
    "RULES",
    "Challenge",
    "Contact",
    "ContinueIf",
    "Decision",
    "Dose",
    "DrugCourse",
    "DrugDose",
    "Exercise",
    "ExtraCourse",
    "Interval",
    "Needling",
    "NewDose",
    "PainSite",
    "Protocol",
    "Rescue",
    "Segment",
    "Session",
    "Stricta",
    "Timeline",
    "Titration",
    "VisitLimit",
    "challenges",
    "lay_out",
    "load_challenge",
    "load_protocol",
    "opioid_by_day",
    "oral_morphine",
    "protocols",
    "read_protocol",
    "stimulus",
    "write_protocol",
]
