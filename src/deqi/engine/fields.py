"""Names and types of what the driver and the kernels share: the record, and who takes what of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Paths of what the engine adds; no path of a model holds a "%".
TIME = "%time"
MOVING = "%moving "

#: Type of each field: a number (``i64``, ``f64``) or an array of them; ``lane*`` has the lanes' float
#: type, ``mask*`` its whole numbers.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        # sizes
        "width": "i64",
        "patients": "i64",
        "n_states": "i64",
        "n_parameters": "i64",
        "n_varied": "i64",
        "n_inputs": "i64",
        "n_times": "i64",
        "n_seen": "i64",
        "n_observed": "i64",
        # settings
        "first_step": "f64",
        "edge_step": "f64",
        "smallest_step": "f64",
        "growth": "f64",
        "split": "f64",
        "most_steps": "i64",
        # shared: the queue (next patient, whether to stop) and what is done to whom
        "queue": "i64*",
        "schedule": "i64*",
        "first_stretch": "i64*",
        "edges": "f64*",
        "inputs": "f64*",
        "jumps": "f64*",
        # shared: who they are
        "start": "f64*",
        "common": "f64*",
        "varied": "f64*",
        "varied_at": "i64*",
        # shared: what is reported
        "times": "f64*",
        "seen": "i64*",
        "seen_to": "i64*",
        "asked": "i64*",
        "asked_to": "i64*",
        "wanted": "i64*",
        "reports": "f64*",
        "rows": "i64*",
        "final": "f64*",
        "status": "i64*",
        "steps": "i64*",
        "rejected": "i64*",
        # lanes: what kernels work on
        "atol": "lane*",
        "tolerance": "lane*",
        "y": "lane*",
        "p": "lane*",
        "u": "lane*",
        "constants": "lane*",
        "k": "lane*",
        "peak": "lane*",
        "slope": "lane*",
        "point": "lane*",
        "factors": "lane*",
        "inverse_step": "lane*",
        "entries": "lane*",
        "step_size": "lane*",
        "judgement": "lane*",
        "accepted": "mask*",
        "theta": "lane*",
        "within": "lane*",
        "observed": "lane*",
        # lanes: where each stands
        "patient": "i64*",
        "stretch": "i64*",
        "time": "f64*",
        "step": "f64*",
        "next_step": "f64*",
        "reaches_edge": "i64*",
        "just_rejected": "i64*",
        "fresh": "i64*",
        "entering": "i64*",
    }
)

#: Fields that each kernel is called with.
KERNELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "prepare": ("p", "u", "constants"),
        "rates": ("point", "constants", "slope"),
        "factor": ("y", "constants", "slope", "inverse_step", "factors"),
        "solve": ("factors", "slope"),
        "step": (
            "y",
            "constants",
            "k",
            "point",
            "factors",
            "step_size",
            "judgement",
            "peak",
            "atol",
            "tolerance",
        ),
        "dense": ("y", "point", "k", "theta", "wanted", "within"),
        "observe": ("within", "constants", "observed"),
        "commit": ("y", "point", "peak", "accepted"),
        "slopes": ("y", "constants", "entries"),
    }
)
