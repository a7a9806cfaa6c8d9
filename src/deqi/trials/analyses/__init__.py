"""Analyses of a trial beside its analysis of covariance: arrays in, one small result out.

Most files have a function of arrays, and one of a trial, its cohort table, an
endpoint and a week. `blinding` has the first only: guesses are no endpoint.

| file | idea |
|---|---|
| `visits` | an endpoint of a cohort table as arrays; checks of arrays |
| `responders`, `needed` | shares of responders compared; number needed to treat |
| `curves` | share of an arm with a gain of so much or more, for every amount |
| `imputation`, `draws` | multiple imputation, complete cases beside; posterior draws of a regression |
| `ancova`, `pooling` | analysis of covariance of many imputed sets; Rubin's rules |
| `reference`, `reference_errors` | jump to reference; its two errors and why they differ |
| `tipping` | how much worse imputed values may be before nothing is shown |
| `clusters`, `nested` | practitioners: robust errors and random effects; the partially nested model |
| `blinding` | indices of James and of Bang from guesses |
| `multiplicity` | Holm's procedure; fixed sequence |
| `per_protocol` | who followed the protocol by stated rules; they alone compared |
| `subgroups` | a contrast in each subgroup; test of interaction |
| `dispatch` | from an analysis that a trial asks for (`deqi.trials.asked`) to its result |
| `told`, `rows` | what every result is told as: rows of one form, the question answered, the interval |
"""

from deqi.trials.analyses.blinding import Blinding, bang_index, blinding, count_guesses
from deqi.trials.analyses.clusters import ClusteredComparison, clustered_comparisons, compare_clustered
from deqi.trials.analyses.curves import ResponderCurve, responder_curve, responder_curves
from deqi.trials.analyses.imputation import ImputedComparison, compare_imputed, impute
from deqi.trials.analyses.multiplicity import adjust_contrasts, fixed_sequence, holm
from deqi.trials.analyses.needed import Needed
from deqi.trials.analyses.per_protocol import PerProtocol, Rules, compare_per_protocol, per_protocol
from deqi.trials.analyses.pooling import Pooled, pool
from deqi.trials.analyses.reference import jump_to_reference
from deqi.trials.analyses.reference_errors import (
    ReferenceComparison,
    bootstrap_errors,
    compare_with_reference,
)
from deqi.trials.analyses.responders import ShareComparison, compare_shares, responder_comparisons
from deqi.trials.analyses.subgroups import Subgroups, compare_subgroups, subgroup_differences
from deqi.trials.analyses.tipping import Tipping, tipping_point, tipping_points

__all__ = [
    "Blinding",
    "ClusteredComparison",
    "ImputedComparison",
    "Needed",
    "PerProtocol",
    "Pooled",
    "ReferenceComparison",
    "ResponderCurve",
    "Rules",
    "ShareComparison",
    "Subgroups",
    "Tipping",
    "adjust_contrasts",
    "bang_index",
    "blinding",
    "bootstrap_errors",
    "clustered_comparisons",
    "compare_clustered",
    "compare_imputed",
    "compare_per_protocol",
    "compare_shares",
    "compare_subgroups",
    "compare_with_reference",
    "count_guesses",
    "fixed_sequence",
    "holm",
    "impute",
    "jump_to_reference",
    "per_protocol",
    "pool",
    "responder_comparisons",
    "responder_curve",
    "responder_curves",
    "subgroup_differences",
    "tipping_point",
    "tipping_points",
]
