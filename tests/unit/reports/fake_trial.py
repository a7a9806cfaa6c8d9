"""A made-up trial, as if it had been run: quick, and with a little of everything that befalls."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd

from deqi.measurement import Adjustment
from deqi.population import Components, Fit, Met, load_recipe
from deqi.trials import Arm, Endpoint, Trial, summarise

MEANS = {"verum": 45.0, "sham": 48.0, "guideline care": 55.0}


def cohort(trial, seed=1):
    """A made-up cohort of a trial: scores that differ by arm, and a little of everything that befalls."""
    draw = np.random.default_rng(seed)
    n = trial.patients
    arm = np.array(trial.arm_names)[np.arange(n) % len(trial.arms)]
    columns = {
        "patient": np.arange(n),
        "arm": arm,
        "stratum": np.full(n, ""),
        "centre": np.arange(n) % 5,
        "sex": np.array(["female", "male"])[np.arange(n) % 2],
        "age": 50 + 10 * draw.standard_normal(n),
        "candidates": np.ones(n, int) + (np.arange(n) % 3 == 0),
        "missed_sessions": draw.integers(0, 3, n),
        "extra_sessions": 5 * draw.integers(0, 2, n),
        "co_treatment_week": np.where(draw.random(n) < 0.2, 4.0, np.nan),
        "dropout_week": np.where(draw.random(n) < 0.1, 10.0, np.nan),
        "unblinded_week": np.full(n, np.nan),
        "status": np.zeros(n, int),
        "refused: hfaq below 70": (np.arange(n) % 3 == 0).astype(int),
    }
    for endpoint in trial.endpoints:
        for week in trial.weeks_seen:
            middle = np.array([MEANS.get(name, 50.0) for name in arm]) if week else 67.0
            score = middle + 15 * draw.standard_normal(n)
            score[columns["dropout_week"] < week] = np.nan
            if not week and not endpoint.has_baseline:
                score[:] = np.nan
            columns[f"{endpoint.name}.w{week:g}"] = score
    for week in trial.weeks_seen:
        columns[f"pain_state.w{week:g}"] = 50 + 12 * draw.standard_normal(n)
        columns[f"pain_recalled.w{week:g}"] = columns[f"pain_state.w{week:g}"] + draw.standard_normal(n)
    return pd.DataFrame(columns)


def made(trial, table=None, beside=None, **changes):
    """A trial as if it had been run."""
    table = cohort(trial) if table is None else table
    recipe = load_recipe(trial.population)
    fits = (
        Fit("cpgs_pain", 67.7, 13.9, 67.73, 13.86, 0.37, 0.26),
        Fit("hfaq", 46.3, 14.7, 45.0, 14.7, 0.39, 0.28, "hfaq: asked 46.3, reached 45.0"),
    )
    run = SimpleNamespace(
        trial=trial,
        seed=7,
        table=table,
        summary=summarise(trial, table, beside, seed=7),
        published=beside,
        met=Met(recipe, recipe.eligibility, -0.12, 1.03, {"hfaq": Adjustment(2.87, 13.6)}, fits, 2048, 1395),
        spread=Components("cpgs_pain", len(table), 215.0, 46.0, 0.0, 20.0, -70.0, 211.0),
        folder=SimpleNamespace(
            manifest={"chunk": 512}, ranges=((0, 512), (512, 600)), digest=lambda: "f" * 64
        ),
        provenance={
            "deqi": "0.1.0",
            "code": "c0dec0dec0de",
            "python": "3.11.9",
            "packages": {"numpy": "2.0.0", "statsmodels": "0.15.0"},
            "model": {"name": "made-up", "hash": "0123456789ab"},
            "parameters": {"hash": "ba9876543210"},
            "parameter_kinds": {"measured": 2, "assumed": 285},
            "recipe": {"name": recipe.name, "title": recipe.title},
            "solver": {"name": "engine", "method": "Rodas5P", "rtol": 1e-5, "atol": 1e-11, "bits": 64},
            "cites": ["haake2007"],
        },
    )
    for name, value in changes.items():
        setattr(run, name, value)
    return run


PAIN = Endpoint("pain", "vas_pain", primary=True)


def small(**changes):
    arms = (Arm("needles & co", "gerac-verum"), Arm("nothing", "none"))
    given = {"arms": arms, "endpoints": (PAIN,), "patients": 8, "weeks": 2} | changes
    return Trial("small", "A small <b>trial</b>", **given)


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
