"""Measurement: what a questionnaire would say of a patient whom the model describes.

| file | idea |
|---|---|
| `instrument` | an instrument and where each of its numbers comes from, read from TOML |
| `seen` | what the model says of some patients at some visits |
| `scoring` | from that to scores: mapping, measurement error, rounding, ends of the scale |
| `instruments/*.toml` | the instruments, one a file |

A score differs between patients of the same state, and between two readings of
one patient in the same state. The first is called mapping error (`person_sd`:
it stays with a patient), the second measurement error (`error_sd`). That
patients differ in their state, and that pain goes up and down from day to day,
is in `Seen` already and is not added again here. Medicine that was taken is
counted (`opioid_intake`), not asked.

Leaves out: that memory of a week leans on its worst and its last day (an average
is the true average of the days), that meaning drifts with illness (response
shift), and single items. Nothing of a questionnaire's text or scoring is here,
only what its total would be.
"""

from deqi.measurement.instrument import Instrument, instruments, load_instrument, read_instrument
from deqi.measurement.scoring import Adjustment, Spread, measure, noiseless, spread
from deqi.measurement.seen import OPIOID_DAYS, PAIN, RECALL_DAYS, STATES, Seen

__all__ = [
    "OPIOID_DAYS",
    "PAIN",
    "RECALL_DAYS",
    "STATES",
    "Adjustment",
    "Instrument",
    "Seen",
    "Spread",
    "instruments",
    "load_instrument",
    "measure",
    "noiseless",
    "read_instrument",
    "spread",
]
