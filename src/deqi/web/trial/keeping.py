"""The trial of a job as a file that `deqi trial` reads, and everything of a job in one archive."""

from __future__ import annotations

import io
import tempfile
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deqi.trials import Trial
from deqi.trials.files import copy_trial
from deqi.web.jobs.folders import FILES, RESULT, folder_of
from deqi.web.jobs.job import Job
from deqi.web.jobs.trial import plan_of

TRIAL = "trial.toml"
_DATA = (".parquet",)


def trial_files(spec: Mapping[str, Any]) -> dict[str, bytes]:
    """The trial as it was run, and protocols that must lie beside it.

    Parameters
    ----------
    spec : mapping
        What a job was asked for.

    Examples
    --------
    >>> list(trial_files({"trial": "gerac", "patients": 30, "seed": 1, "sham": None}))
    ['trial.toml']
    """
    import tomli_w

    with tempfile.TemporaryDirectory(prefix="deqi-") as name:
        folder = Path(name)
        plan = plan_of(spec, folder)
        if spec.get("design"):
            plain = dict(spec["design"])
        else:
            text = copy_trial(spec["trial"], folder / f"{spec['trial']}.toml").read_text(encoding="utf-8")
            plain = tomllib.loads(text)
        plain["trial"] = {**plain["trial"], "patients": plan.patients}
        beside: dict[str, bytes] = {}
        if spec.get("sham"):
            _exchange(plain, plan)
            made = next(arm for arm in plan.arms if arm.protocol.endswith(".toml"))
            beside[Path(made.protocol).name] = Path(made.protocol).read_bytes()
        head = f"# deqi trial {TRIAL} --seed {spec['seed']}\n"
        return {TRIAL: head.encode() + tomli_w.dumps(plain).encode(), **beside}


def _exchange(plain: dict[str, Any], plan: Trial) -> None:
    """Put another sham into a trial of the library, wherever the old one is named."""
    names = dict(zip((arm["name"] for arm in plain["arms"]), plan.arm_names, strict=True))
    plain["trial"] |= {"title": plan.title, "assumptions": list(plan.assumptions)}
    plain["arms"] = [
        {**old, "name": new.name, "protocol": Path(new.protocol).name, "blinded": new.blinded}
        for old, new in zip(plain["arms"], plan.arms, strict=True)
    ]
    if plan.analysis.contrasts:
        plain.setdefault("analysis", {})["contrasts"] = [list(pair) for pair in plan.analysis.contrasts]
    for one in plain.get("estimands", []):
        if "arms" in one:
            one["arms"] = [names[arm] for arm in one["arms"]]


def commands(spec: Mapping[str, Any]) -> list[str]:
    """How the same comes out of a terminal.

    Examples
    --------
    >>> commands({"trial": "gerac", "patients": 120, "seed": 1, "sham": None})
    ['deqi trial gerac --patients 120 --seed 1']
    """
    if spec.get("trial") and not spec.get("sham"):
        return [f"deqi trial {spec['trial']} --patients {spec['patients']} --seed {spec['seed']}"]
    return [f"deqi trial {TRIAL} --seed {spec['seed']}"]


def archive(job: Job, data: Path) -> bytes:
    """Report, cohort, result and trial of a finished job, as a ZIP."""
    folder = folder_of(data, job.id)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in (*FILES, RESULT):
            # What is packed already does not become smaller.
            how = zipfile.ZIP_STORED if name.endswith(_DATA) else zipfile.ZIP_DEFLATED
            made.write(folder / name, name, how)
        for name, content in trial_files(job.spec).items():
            made.writestr(name, content)
    return buffer.getvalue()
