"""Real trials: individual data of patients, analysed as those of a virtual trial are.

| file | idea |
|---|---|
| `mapping`, `files` | what the columns of a table mean; maps as TOML, and where the table is looked for |
| `dose` | why sessions had are no covariate |
| `table` | the table, read by its map and checked |
| `ancova` | arms compared with the covariates that the map states |
| `analyse` | all of it: means, differences, responders, who is missing |
| `asked`, `analyses` | whether an analysis beside that of covariance fits the map; its result |
| `beside` | a virtual trial's arms at the nearest weeks |
"""

from deqi.trials.real.analyse import RealTrial, analyse
from deqi.trials.real.ancova import Adjusted, compare_arms
from deqi.trials.real.beside import beside
from deqi.trials.real.files import find_data, read_map
from deqi.trials.real.mapping import Map, Outcome
from deqi.trials.real.table import read_data

__all__ = [
    "Adjusted",
    "Map",
    "Outcome",
    "RealTrial",
    "analyse",
    "beside",
    "compare_arms",
    "find_data",
    "read_data",
    "read_map",
]
