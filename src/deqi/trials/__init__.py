"""Virtual trials: planned as data, run on simulated patients, analysed as real ones are.

| file | idea |
|---|---|
| `schema`, `parts`, `processes` | a trial and its parts, checked when they are made |
| `rules`, `checks` | what must go together in the whole; checks of fields |
| `files`, `library/*.toml` | reading TOML; the library |
| `allocation` | which arm each patient is randomised to |
| `staff`, `conduct` | who looks after patients; a range of patients from screening to the last visit |
| `practitioners` | who needles whom, and what that changes |
| `run` | a whole trial, in chunks that are kept |
| `responders`, `estimates` | responder rules; means, shares, intervals |
| `ancova`, `analysis` | the one analysis of covariance; every contrast of a trial by it |
| `asked` | further analyses that a trial asks for |
| `mmrm*` | arms compared over all visits: mixed model for repeated measures |
| `analyses/` | other analyses: responders, missing outcomes, practitioners, blinding, subgroups |
| `dose/` | how the response depends on the dose of needling |
| `design/` | how many patients a trial needs, and how sure that is |
| `estimands` | what a trial is after, by the five attributes of ICH E9(R1) |
| `paired`, `truth` | the same patients under every arm, and what is true there |
| `shares`, `shares_told` | needles, context and natural course apart |
| `guesses`, `adverse` | drawn beside the trial: guesses of treatment, adverse events |
| `real` | patients' data of a real trial, through the same analysis |
| `summary` | all of it, beside what was published |
| `over_members` | the whole of it again under every member of an ensemble |
"""

from deqi.trials.allocation import allocate
from deqi.trials.analysis import Comparison, compare
from deqi.trials.asked import Asked
from deqi.trials.files import copy_trial, load_trial, read_trial, trials
from deqi.trials.over_members import OverMembers, over_members
from deqi.trials.responders import responders
from deqi.trials.run import TrialRun, run_trial
from deqi.trials.schema import (
    Adherence,
    Allocation,
    Analysis,
    Arm,
    Better,
    CoTreatment,
    Dropout,
    Endpoint,
    Practitioners,
    Responder,
    Trial,
    Unblinding,
    column,
)
from deqi.trials.summary import Summary, summarise

__all__ = [
    "Adherence",
    "Allocation",
    "Analysis",
    "Arm",
    "Asked",
    "Better",
    "CoTreatment",
    "Comparison",
    "Dropout",
    "Endpoint",
    "OverMembers",
    "Practitioners",
    "Responder",
    "Summary",
    "Trial",
    "TrialRun",
    "Unblinding",
    "allocate",
    "column",
    "compare",
    "copy_trial",
    "load_trial",
    "over_members",
    "read_trial",
    "responders",
    "run_trial",
    "summarise",
    "trials",
]
