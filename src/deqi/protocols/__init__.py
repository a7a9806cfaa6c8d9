"""Protocols: what is done to a body, as data; and how it is laid out in time.

| file | what |
|---|---|
| `schema.py` | protocol, session, needling, medicines, contacts, exercise |
| `stricta.py` | the 17 items of STRICTA 2010 |
| `rules.py` | rules that decide at a visit |
| `files.py`, `library/` | reading and writing TOML; the library |
| `challenges.py`, `challenges/` | drugs, blocks and lesions an experimenter adds |
| `timeline.py`, `site.py` | sessions turned into what reaches the body, minute by minute |
"""

from deqi.protocols.challenges import Challenge, challenges, load_challenge
from deqi.protocols.files import load_protocol, protocols, read_protocol, write_protocol
from deqi.protocols.rules import ContinueIf, Decision
from deqi.protocols.schema import Contact, DrugCourse, Exercise, Needling, Protocol, Session
from deqi.protocols.site import PainSite
from deqi.protocols.stricta import NOT_REPORTED, Stricta
from deqi.protocols.timeline import Segment, Timeline, lay_out

__all__ = [
    "NOT_REPORTED",
    "Challenge",
    "Contact",
    "ContinueIf",
    "Decision",
    "DrugCourse",
    "Exercise",
    "Needling",
    "PainSite",
    "Protocol",
    "Segment",
    "Session",
    "Stricta",
    "Timeline",
    "challenges",
    "lay_out",
    "load_challenge",
    "load_protocol",
    "protocols",
    "read_protocol",
    "write_protocol",
]
