"""A trial as ADaM-shaped tables: ADSL, one row a patient, and ADQS, one row a patient, endpoint and visit.

Shaped by the Analysis Data Model Implementation Guide 1.3 of CDISC (2021,
https://www.cdisc.org/standards/foundational/adam). Of its rules these are kept: names
of variables have at most 8 characters and labels at most 40; codes of parameters start
with a letter and have at most 8 of A-Z, _ and 0-9; PARAM, PARAMCD and PARAMN go together
one to one; flags are Y or empty; a variable that is in both tables has one meaning; each
patient and parameter has one baseline record, its value in BASE of all rows; CHG is AVAL - BASE.

**It is no ADaM.** There is no SDTM behind it that values could be traced to, no Define-XML
(`define.json` says in plain data what one would), and no conformance was checked by a validator.
RACE is required and not modelled; there are no dates, no actual treatment, no reason for leaving.
Variables whose `origin` is "own" in `define.json` are deqi's. Who has left gives no answer, so a
row is absent, and nothing is imputed. What the model knows and no study could (pain without
error, people followed after leaving) is not in ADQS.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deqi.core.writing import replace_file
from deqi.engine import Status
from deqi.errors import FileError, TrialError
from deqi.trials.schema import Endpoint, Trial, column

if TYPE_CHECKING:
    import pandas as pd

    from deqi.trials.run import TrialRun

__all__ = ["adqs", "adsl", "write_adam"]

_GUIDE = "ADaMIG 1.3"
_CODE = 8


def write_adam(run: TrialRun, folder: Path) -> tuple[Path, ...]:
    """Write ADSL and ADQS as Parquet and CSV, and what their variables mean.

    Parameters
    ----------
    run : TrialRun
        The trial.
    folder : Path
        Made if there is none; files of the same names are replaced.

    Returns
    -------
    tuple of Path
        ``adsl.parquet``, ``adsl.csv``, ``adqs.parquet``, ``adqs.csv``, ``define.json``. Labels are in the
        Parquet files too, as metadata of their fields.

    Raises
    ------
    FileError
        If the folder cannot be made, or a file not written.
    TrialError
        If a patient's sex is neither female nor male.

    Examples
    --------
    >>> import tempfile
    >>> from deqi.trials import run_trial
    >>> with tempfile.TemporaryDirectory() as out:
    ...     run = run_trial("gerac", patients=30, out=f"{out}/run")
    ...     [file.name for file in write_adam(run, Path(out) / "adam")]
    ['adsl.parquet', 'adsl.csv', 'adqs.parquet', 'adqs.csv', 'define.json']
    """
    where = Path(folder)
    try:
        where.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "it is no folder" if isinstance(error, FileExistsError) else error.strerror
        raise FileError(
            f"cannot be made: {reason}", where=str(where), fix="give another folder for the ADaM tables"
        ) from error
    subjects = adsl(run)
    written: list[Path] = []
    for name, frame in (("ADSL", subjects), ("ADQS", adqs(run, subjects))):
        written.append(replace_file(where / f"{name.lower()}.parquet", _parquet(name, frame)))
        text = frame.to_csv(index=False, lineterminator="\n")
        written.append(replace_file(where / f"{name.lower()}.csv", text.encode()))
    text = json.dumps(_define(run), indent=1, ensure_ascii=False)
    return (*written, replace_file(where / "define.json", text.encode() + b"\n"))


def adsl(run: TrialRun) -> pd.DataFrame:
    """One row a patient, in order of entry.

    Raises
    ------
    TrialError
        If a patient's sex is neither female nor male.
    """
    import pandas as pd

    table, trial = run.table, run.trial
    study = _study(run)
    subject = _padded(table["patient"])
    site = _padded(table["centre"])
    sex = table["sex"].map({"female": "F", "male": "M"})
    if sex.isna().any():
        raise TrialError("is neither female nor male", where="sex of a patient")
    left = table["dropout_week"].notna()
    done = table["status"] == int(Status.DONE)
    ended = pd.Series("COMPLETED", index=table.index, dtype=object).mask(left, "DISCONTINUED")
    frame = pd.DataFrame(
        {
            "STUDYID": study,
            "USUBJID": study + "-" + site + "-" + subject,
            "SUBJID": subject,
            "SITEID": site,
            "ARM": table["arm"],
            "TRT01P": table["arm"],
            "TRT01PN": table["arm"].map({name: k for k, name in enumerate(trial.arm_names, 1)}),
            "STRATAR": _text(table["stratum"]),
            "AGE": table["age"],
            "AGEU": "YEARS",
            "SEX": sex,
            "RANDFL": "Y",
            "ITTFL": "Y",
            "EOSSTT": ended.where(done, None),
            "DCTWEEK": table["dropout_week"],
            "UNBLWEEK": table["unblinded_week"],
            "COTRWEEK": table["co_treatment_week"],
            "SESSMISS": table["missed_sessions"],
            "SESSEXTR": table["extra_sessions"],
            "DISDUR": table["duration"],
            "EXPECT": table["expectation"],
            "PRACTID": _text(table["practitioner"]) if "practitioner" in table else None,
        }
    )
    return frame[list(_variables("ADSL"))]


def adqs(run: TrialRun, subjects: pd.DataFrame) -> pd.DataFrame:
    """One row for each answer, sorted by patient, endpoint and visit.

    Parameters
    ----------
    run : TrialRun
        The trial.
    subjects : pandas.DataFrame
        Its `adsl`.
    """
    import numpy as np
    import pandas as pd

    table, codes = run.table, _codes(run.trial)
    parts = []
    for number, endpoint in enumerate(run.trial.endpoints, 1):
        has_base = endpoint.has_baseline
        base = table[column(endpoint.name, 0)] if has_base else pd.Series(np.nan, index=table.index)
        for visit, week in enumerate(run.trial.weeks_seen):
            value = table[column(endpoint.name, week)]
            after = week > 0
            change = value - base if after else pd.Series(np.nan, index=table.index)
            used = (base.notna() | (not has_base)) & after
            part = pd.DataFrame(
                {
                    "STUDYID": subjects["STUDYID"],
                    "USUBJID": subjects["USUBJID"],
                    "TRTP": subjects["TRT01P"],
                    "TRTPN": subjects["TRT01PN"],
                    "PARAMCD": codes[endpoint.name],
                    "PARAM": _words(endpoint),
                    "PARAMN": number,
                    "AVISIT": f"Week {week:g}" if after else "Baseline",
                    "AVISITN": visit,
                    "AWK": float(week),
                    "AVAL": value,
                    "BASE": base,
                    "CHG": change,
                    "PCHG": 100 * change / base.where(base != 0),
                    "ABLFL": None if after else "Y",
                    "ANL01FL": pd.Series("Y", index=table.index, dtype=object).where(used, None),
                    "place": table["patient"],
                }
            )
            parts.append(part[value.notna()])
    rows = pd.concat([part.astype({"ABLFL": object, "ANL01FL": object}) for part in parts])
    rows = rows.sort_values(["place", "PARAMN", "AVISITN"], ignore_index=True)
    return rows[list(_variables("ADQS"))]


@lru_cache(maxsize=1)
def _dictionary() -> Mapping[str, Any]:
    text = (resources.files("deqi.trials") / "adam.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _variables(name: str) -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = _dictionary()[name]["variables"]
    return found


def _study(run: TrialRun) -> str:
    """With the seed: patients of two seeds are two sets of people, and may be put in one table."""
    return f"{run.trial.name.upper()}-S{run.seed}"


def _codes(trial: Trial) -> dict[str, str]:
    """A code for each endpoint; one that is taken gets a number at its end."""
    codes: dict[str, str] = {}
    for endpoint in trial.endpoints:
        plain = re.sub(r"[^A-Z0-9_]", "", endpoint.name.upper())
        plain = plain if plain[:1].isalpha() else f"E{plain}"
        code, number = plain[:_CODE], 1
        while code in codes.values():
            number += 1
            code = f"{plain[: _CODE - len(str(number))]}{number}"
        codes[endpoint.name] = code
    return codes


def _words(endpoint: Endpoint) -> str:
    """What a parameter is; the endpoint's name keeps two of one instrument apart."""
    instrument = endpoint.load()
    return f"{endpoint.name}: {instrument.title} ({instrument.values['high'].unit})"


def _padded(numbers: pd.Series[int]) -> pd.Series[str]:
    """Whole numbers as texts of one length, which sort as the numbers do."""
    return numbers.astype(str).str.zfill(len(str(int(numbers.max()))))


def _text(words: pd.Series[str]) -> pd.Series[Any]:
    return words.astype(object).where(words != "", None)


def _parquet(name: str, frame: pd.DataFrame) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, schema=_schema(name, frame), preserve_index=False)
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata({b"label": _dictionary()[name]["label"].encode()}), sink)
    return bytes(sink.getvalue())


def _schema(name: str, frame: pd.DataFrame) -> Any:
    """Types by what a variable is, not by what stands in it: one that is empty throughout has a type."""
    import pyarrow as pa

    kinds = {"i": pa.int64(), "f": pa.float64()}
    return pa.schema(
        [
            pa.field(key, kinds.get(frame[key].dtype.kind, pa.string()), metadata={"label": about["label"]})
            for key, about in _variables(name).items()
        ]
    )


def _define(run: TrialRun) -> dict[str, Any]:
    codes = _codes(run.trial)
    return {
        "shaped_by": _GUIDE,
        "not_adam": "no SDTM, no Define-XML, no RACE, no dates, no actual treatment; checked by no validator",
        "missing": "an answer that was not given has no row in ADQS; other empty cells are null",
        "trial": run.trial.name,
        "title": run.trial.title,
        "seed": run.seed,
        "digest": run.folder.digest(),
        "deqi": run.provenance["deqi"],
        "parameters": [
            {"PARAMCD": codes[e.name], "PARAM": _words(e), "endpoint": e.name, "instrument": e.instrument}
            for e in run.trial.endpoints
        ],
        "datasets": dict(_dictionary()),
    }
