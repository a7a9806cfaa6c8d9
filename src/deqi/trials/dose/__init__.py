"""How the response depends on the dose of needling: the same patients under every regimen.

| file | idea |
|---|---|
| `dose` | from a protocol to its dose and response |
| `variables` | what may be varied, and how it is typed |
| `regimens`, `filling` | a protocol with its dose changed; the regimens of a question |
| `following`, `asked` | the same patients under every plan and member, kept and resumed |
| `response` | a plan against another: each kind of spread apart |
| `curve`, `smallest`, `surface` | the best regimen, the smallest near it, and the space between |
| `longer`, `year` | what maintenance adds; what a payer's rule costs and keeps |
| `told` | all of it as plain data |
"""

from deqi.trials.dose.dose import MEMBERS, PATIENTS, WEEK, DoseResponse, dose_response
from deqi.trials.dose.filling import POINTS
from deqi.trials.dose.regimens import COSTS, Regimen
from deqi.trials.dose.told import dose_as_json
from deqi.trials.dose.variables import VARIABLES, Varied, vary

__all__ = [
    "COSTS",
    "MEMBERS",
    "PATIENTS",
    "POINTS",
    "VARIABLES",
    "WEEK",
    "DoseResponse",
    "Regimen",
    "Varied",
    "dose_as_json",
    "dose_response",
    "vary",
]
