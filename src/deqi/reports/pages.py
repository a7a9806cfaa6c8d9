"""What stands on each report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deqi.core import cite
from deqi.plotting import pain_course, receptor_occupancy, session_minutes, transmitter_heatmap
from deqi.reports.html import Figure, Table, figure, write_page
from deqi.results import OUTCOMES, Run, summarise

_GERAC_WEEKS = (0, 6, 13, 26)


def gerac_report(
    runs: Mapping[str, Run], published: Mapping[str, Mapping[int, Any]], path: str | Path
) -> Path:
    """The arms of GERAC in the typical patient, beside the published means.

    Parameters
    ----------
    runs : mapping
        Run of each arm, named as in `published`.
    published : mapping
        Published mean by arm and week.
    path : str or Path
        File to write.
    """
    rows = []
    for arm, run in runs.items():
        model = [f"{run.at('pain.report.intensity', week=w):.1f}" for w in _GERAC_WEEKS]
        means = [published[arm][w] for w in _GERAC_WEEKS]
        rows.append([f"{arm}, model (typical patient)", *model])
        rows.append([f"{arm}, published mean", *(f"{m.mean:.1f}" for m in means)])
        rows.append(
            ["95 % interval of the mean (sampling)", *("{:.1f} to {:.1f}".format(*m.interval) for m in means)]
        )
    columns = ["pain intensity, 0-100", *(f"week {w}" for w in _GERAC_WEEKS)]
    table = Table("Model beside trial. Week 0 is randomisation.", columns, rows)
    figures = [
        figure(
            pain_course(runs, published),
            "Pain over 26 weeks. Lines: the typical patient of the model. Points: published means with "
            "the 95 % interval of the mean (sampling). Ticks: sessions. Dips: the hours after one.",
            1,
        ),
        *_session_figures(runs, 2),
    ]
    lead = (
        "Verum needling, superficial needling off the points, and care by guideline, simulated in the "
        "typical patient with chronic low back pain. A typical patient is not a population mean: scores are "
        "bounded and patients differ, so the two need not agree even where the model is right."
    )
    return _write(
        path, "GERAC low back pain trial: the model beside the published means", lead, [table], figures, runs
    )


def report_run(run: Run, path: str | Path) -> Path:
    """One run: outcomes by week, transmitters, figures."""
    summary = summarise(run)
    weeks = list(summary["pain_intensity"])
    rows = [[name.replace("_", " "), *(f"{summary[name][w]:.3g}" for w in weeks)] for name in OUTCOMES]
    tables = [Table("Outcomes by week.", ["week", *weeks], rows)]
    if summary["peaks"]:
        peaks = [
            [f"{run.meaning(p)} ({p})", *(f"{r[k]:.3g}" if r[k] is not None else "-" for k in r), run.unit(p)]
            for p, r in summary["peaks"].items()
        ]
        columns = ["first session", "before", "peak", "fold", "minute", "unit"]
        tables.append(
            Table("Concentrations and occupancies, three hours from the first needle.", columns, peaks)
        )
    made = run.provenance
    label = made["protocol"]["name"]
    course = figure(pain_course({label: run}), "Pain over weeks in one typical patient.", 1)
    title = made["protocol"]["title"]
    return _write(
        path,
        title,
        made["patient"]["title"],
        tables,
        [course, *_session_figures({label: run}, 2)],
        {label: run},
    )


def _session_figures(runs: Mapping[str, Run], first: int) -> list[Figure]:
    needled = {label: run for label, run in runs.items() if run.sessions}
    if not needled:
        return []
    label, run = next(iter(needled.items()))
    return [
        figure(
            session_minutes(needled), "The first session, minute by minute, in one typical patient.", first
        ),
        figure(
            transmitter_heatmap(run),
            f"Peak over baseline of each transmitter in the first session ({label}). Grey: not in the model.",
            first + 1,
        ),
        figure(receptor_occupancy(run), f"Opioid receptors in the first session ({label}).", first + 2),
    ]


def _write(
    path: str | Path,
    title: str,
    lead: str,
    tables: list[Table],
    figures: list[Figure],
    runs: Mapping[str, Run],
) -> Path:
    made = {label: run.provenance for label, run in runs.items()}
    first = next(iter(made.values()))
    kinds = ", ".join(f"{n} {kind}" for kind, n in first["parameter_kinds"].items())
    sureness = [
        "One typical patient: no interval between patients, and none about parameters.",
        f"Parameters: {kinds}. Most are assumed.",
        *(f"{label}: {w}" for label, m in made.items() for w in m["warnings"]),
        *(
            f"By construction, through an input gate alone: {g}"
            for m in made.values()
            for g in m["input_gates"]
        ),
    ]
    cites = sorted({key for m in made.values() for key in m["cites"]})
    solver = first["solver"]
    content = {
        "title": title,
        "lead": lead,
        "tables": tables,
        "figures": figures,
        "sureness": sureness,
        "assumptions": [f"{label}: {a}" for label, m in made.items() for a in m["assumptions"]],
        "decisions": [
            f"{label}, day {d['day']:g}: {d['decision']}" for label, m in made.items() for d in m["decisions"]
        ],
        "again": (
            f"deqi {first['deqi']}; model {first['model']['hash']}, "
            f"parameters {first['parameters']['hash']}; "
            f"solver {solver['name']}, relative tolerance {solver['rtol']:g}; Python {first['python']}, "
            + ", ".join(f"{k} {v}" for k, v in first["packages"].items())
        ),
        "references": [str(cite(key)) for key in cites],
    }
    return write_page(path, content)
