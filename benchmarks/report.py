"""Tables and figure of the benchmark, from its JSON into the documents.

``python benchmarks/report.py [--png FILE]`` writes what stands between the markers
of ``docs/performance.md``, and ``docs/figures/work-precision.svg``.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from deqi.core.writing import replace_file
from deqi.plotting.style import (
    BLUE,
    GREEN,
    GRID,
    INK,
    MUTED,
    PURPLE,
    VERMILION,
    WIDTH,
    styled,
    to_png,
    to_svg,
)

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "performance.md"
FIGURE = HERE.parent / "docs" / "figures" / "work-precision.svg"
RESULTS = HERE / "results" / "peers.json"

_ORANGE, _SKY = "#e69f00", "#56b4e9"
#: Short name, colour, dash, marker of each solver.
LOOKS: Mapping[str, tuple[str, str, Any, str]] = {
    "engine": ("deqi, float64", BLUE, "solid", "o"),
    "engine32": ("deqi, float32", _SKY, (0, (5, 1.5)), "D"),
    "sundae": ("scikit-sundae CVODE", VERMILION, (0, (5, 2)), "s"),
    "lsoda": ("SciPy LSODA", GREEN, (0, (1.2, 1.4)), "^"),
    "amici": ("AMICI CVODES", PURPLE, (0, (6, 1.6, 1.2, 1.6)), "v"),
    "roadrunner": ("libRoadRunner CVODE", INK, (0, (9, 2.5)), "P"),
    "copasi": ("COPASI LSODA", _ORANGE, (0, (3, 1, 1, 1, 1, 1)), "X"),
}


def main() -> None:
    """Write tables and figure."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--png", type=Path, help="write the figure as PNG too, to look at it")
    asked = parser.parse_args()
    if not RESULTS.exists():
        raise SystemExit(f"{RESULTS} is not there; run benchmarks/bench.py first")
    result = json.loads(RESULTS.read_text())
    drawn = figure(result["solvers"])
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    replace_file(FIGURE, to_svg(drawn).encode())
    if asked.png:
        replace_file(asked.png, to_png(drawn))
    page = PAGE.read_text()
    bars = json.loads((HERE / "results" / "bars.json").read_text())
    kernels = json.loads((HERE / "results" / "kernels.json").read_text())
    choices = json.loads((HERE / "results" / "choices.json").read_text())
    parts = {
        "choices": worth_of_choices(choices),
        "bars": own_bars(bars, result),
        "trials": whole_trials(json.loads((HERE / "results" / "trial.json").read_text())),
        "kernels": where_time_goes(kernels),
        "workload": workload(result),
        "equal-error": equal_error(result),
        "tolerances": tolerances(result["solvers"]),
        "loading": loading(result["solvers"]),
    }
    for name, text in parts.items():
        page = between(page, name, text)
    replace_file(PAGE, page.encode())


def between(page: str, name: str, text: str) -> str:
    """The page with what stands between a pair of markers exchanged.

    Raises
    ------
    SystemExit
        If the page has no such pair.
    """
    marks = re.compile(rf"(<!-- {name}: begin -->\n).*?(<!-- {name}: end -->)", re.S)
    if not marks.search(page):
        raise SystemExit(f"{PAGE} has no markers <!-- {name}: begin --> and <!-- {name}: end -->")
    return marks.sub(lambda m: f"{m[1]}\n{text}\n{m[2]}", page)


def own_bars(bars: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """The engine's own figures beside what was asked of it."""
    speed, many = bars["courses_per_core_second"], bars["hundred_thousand"]
    levels = result["levels"]
    at = {name: row["runs_per_core_second"] for name, row in result["at_error"]["median"].items()}
    best = {e: _best_peer(at, levels.index(e)) for e in (1e-5,)}
    ratios = ", ".join(
        f"{at['engine'][levels.index(e)] / v:.0f} ({LOOKS[n][0]})" for e, (n, v) in best.items()
    )
    single = at["engine32"][levels.index(1e-4)] / at["engine"][levels.index(1e-4)]
    wall, cpu = bars["process_seconds"]
    first = bars["first_compile_seconds"]
    rows = [
        ("ratio to the best peer at median error 1e-5, float64", "60", ratios),
        ("float32 over float64 at median error 1e-4", "1.8", f"{single:.1f}"),
        ("CPU seconds a patient, two threads over one", "1.1", f"{bars['two_threads_cpu_ratio']:.2f}"),
        ("one patient, 26 weeks, rtol 1e-5, warm [ms]", "20", f"{1e3 * bars['one_patient_seconds']:.1f}"),
        ("`deqi simulate` as a process, cached [s]", "0.6", f"{wall:.2f} ({cpu:.2f} of CPU)"),
        ("first compile of the model [s]", "6", f"{first['wall']:.1f}; from the cache {first['again']:.3f}"),
        (f"memory, {many['patients']} patients, weekly outcomes [MB]", "1000", f"{many['megabytes']:.0f}"),
        (
            "courses per core-second, GERAC verum with its rule, rtol 1e-5",
            "600",
            f"{speed['64 bits, rtol 1e-05']:.0f}; float32 at 1e-4 {speed['32 bits, rtol 0.0001']:.0f}",
        ),
    ]
    return _table(["", "at least (or most)", "measured"], [list(row) for row in rows])


def _best_peer(at: Mapping[str, Sequence[float | None]], k: int) -> tuple[str, float]:
    """Name and speed of the fastest solver but ours at one error."""
    speeds = {n: row[k] for n, row in at.items() if not n.startswith("engine") and row[k] is not None}
    name = max(speeds, key=lambda n: speeds[n] or 0.0)
    return name, float(speeds[name] or 0.0)


def where_time_goes(kernels: Mapping[str, Any]) -> str:
    """Nanoseconds of the parts of a step, for one patient."""
    head = ["for one patient [ns]", *kernels]
    first = next(iter(kernels.values()))
    rows = [["one step", *(f"{k['step_ns_a_patient']:.0f}" for k in kernels.values())]]
    for group, label in (("parts_ns_a_patient", "- {}"), ("besides_ns_a_patient", "{} (once)")):
        rows += [
            [label.format(name), *(f"{k[group][name]:.0f}" for k in kernels.values())]
            for name in first[group]
        ]
    rows.append(["operations a step", *(f"{k['flops_a_step']}" for k in kernels.values())])
    rows.append(
        [
            "Gflop/s, of the peak measured",
            *(f"{k['gflops']:.0f} of {k['peak_gflops']:.0f}" for k in kernels.values()),
        ]
    )
    return _table(head, rows)


def worth_of_choices(choices: Mapping[str, Any]) -> str:
    """Steps, time and error with one choice undone at a time."""
    rows = [[name, f"{c['steps']:.0f}", f"{c['ms']:.2f}", f"{c['error']:.1e}"] for name, c in choices.items()]
    return _table(["", "steps a course", "CPU [ms] a course", "error"], rows)


def workload(result: Mapping[str, Any]) -> str:
    """What was solved, where, and how good the reference is."""
    about, machine, reference = result["workload"], result["machine"], result["reference"]
    lsoda, radau = reference["lsoda"], reference["radau"]
    stretches = ", ".join(map(str, about["stretches"]))
    return "\n".join(
        [
            f"- Model: {about['states']} states, {about['parameters']} parameters, {about['inputs']} inputs.",
            f"- Course: {about['weeks']} weeks, {stretches} stretches, {about['output_times']} output times.",
            f"- Machine: {machine['processor']}, one thread, {machine['date']}; best of {result['repeats']}.",
            f"- Reference: {reference['method']}, for {reference['patients']} patients. LSODA is within "
            f"{lsoda['observables']:.0e} of it in {lsoda['runs']} runs, Radau (rtol 1e-12) within "
            f"{radau['observables']:.0e} in {radau['runs']}.",
        ]
    )


def equal_error(result: Mapping[str, Any]) -> str:
    """Speeds at equal error, and the engine's in units of each."""
    blocks = []
    for which, words in (("median", "median over runs"), ("max", "largest over runs")):
        head = ["solver", *(f"{level:.0e}" for level in result["levels"])]
        rows = []
        for name, row in result["at_error"][which].items():
            ratios = row["engine_ratio"].get("engine", [None] * len(result["levels"]))
            cells = [_cell(*pair) for pair in zip(row["runs_per_core_second"], ratios, strict=True)]
            rows.append([LOOKS[name][0], *cells])
        blocks.append(f"Error: {words}.\n\n{_table(head, rows)}")
    return "\n\n".join(blocks)


def tolerances(solvers: Sequence[Mapping[str, Any]]) -> str:
    """Every measured point."""
    head = ["solver", "rtol", "atol", "runs per core-second", "median error", "largest error"]
    rows = []
    for s in solvers:
        for p in s.get("points", ()):
            start = [LOOKS[s["name"]][0], f"{p['rtol']:.0e}", f"{p['atol']:.0e}"]
            if "failed" in p:
                rows.append([*start, "failed", "", ""])
                continue
            rows.append(
                [
                    *start,
                    _speed(p["runs_per_core_second"]),
                    f"{p['error_median']:.1e}",
                    f"{p['error_max']:.1e}",
                ]
            )
    return _table(head, rows)


def whole_trials(rows: Sequence[Mapping[str, Any]]) -> str:
    """How long `deqi trial gerac` takes as a whole process."""
    head = ["patients", "workers", "first time [s]", "processor [s]", "read again [s]"]
    body = [
        [str(r["patients"]), str(r["workers"]), *(f"{r[k]:.1f}" for k in ("seconds", "cpu", "again"))]
        for r in rows
    ]
    return _table(head, body)


def loading(solvers: Sequence[Mapping[str, Any]]) -> str:
    """Load time and memory of each solver."""
    head = ["solver", "version", "load [s]", "again [s]", "memory [MB]"]
    rows = []
    for s in solvers:
        name = LOOKS[s["name"]][0]
        if "not_run" in s:
            rows.append([name, f"not run: {s['not_run']}", "", "", ""])
            continue
        again = s["notes"].get("load_from_cache_wall")
        rows.append(
            [
                name,
                s["version"],
                f"{s['load']['wall']:.1f}",
                "" if again is None else f"{again:.3f}",
                f"{s['memory_mb']:.0f}",
            ]
        )
    return _table(head, rows)


def figure(solvers: Sequence[Mapping[str, Any]]) -> Figure:
    """Speed against error, both logarithmic: one line a solver, named at its right end."""
    with styled():
        made = Figure(figsize=(WIDTH, 4.9))
        ax = made.add_axes((0.1, 0.13, 0.66, 0.82))
        ends = []
        for s in solvers:
            points = [p for p in s.get("points", ()) if "failed" not in p]
            if not points:
                continue
            label, colour, dash, marker = LOOKS[s["name"]]
            x = [p["error_max"] for p in points]
            y = [p["runs_per_core_second"] for p in points]
            ax.plot(x, y, color=colour, linestyle=dash, marker=marker, markersize=5, linewidth=1.5)
            ends.append((x[0], y[0], label, colour))
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.grid(True, axis="both", color=GRID, linewidth=0.7)
        ax.set_xlabel("largest error over runs, outputs and times (share of each output's peak)")
        ax.set_ylabel("patients per core-second (26 weeks each)")
        _name_ends(ax, ends)
    return made


def _name_ends(ax: Any, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Names in a column right of the axes, in the lines' order, each joined to its end."""
    from math import log10

    low, high = (log10(value) for value in ax.get_ylim())
    gap, floor = 0.055, 0.0
    for x, y, label, colour in sorted(ends, key=lambda end: end[1]):
        floor = max((log10(y) - low) / (high - low), floor + gap)
        ax.annotate(
            label,
            (x, y),
            xytext=(1.03, floor),
            textcoords="axes fraction",
            va="center",
            color=INK,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.9,
                "shrinkB": 4,
                "relpos": (0, 0.5),
            },
        )
    ax.tick_params(colors=MUTED)


def _cell(speed: float | None, ratio: float | None) -> str:
    if speed is None:
        return "-"
    return _speed(speed) + ("" if ratio is None else f" (engine {_speed(ratio)} times)")


def _speed(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.1f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    main()
