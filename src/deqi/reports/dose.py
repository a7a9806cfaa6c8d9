"""The report on dose and response: curves, the smallest regimen near the best, a year, a payer's rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deqi.errors import FileError
from deqi.plotting.dose import (
    MOST_LINES,
    axes_of,
    curve_figure,
    spread_figure,
    surface_figure,
    tiles_figure,
)
from deqi.plotting.dose_price import price_figure, price_of
from deqi.plotting.dose_year import visits_figure, year_figure
from deqi.reports.html import FigureItem, Listing, Part, Prose, Section, Table, write_page

#: Name of the page in its folder.
PAGE = "dose.html"
_CARE = (
    "A mechanistic model: hypotheses about how needling may act, worked out for patients who do not exist. "
    "It is no evidence beside trials, and no advice on care, on how often to treat, or on what to pay for."
)
_BANDS = "Bands and thick bars: 95 % interval across members (parameters)."
_BARS = " Thin bars: 95 %, Monte Carlo error of the patients, who are the same at every point."


def dose_report(told: Mapping[str, Any], folder: str | Path) -> Path:
    """Write ``dose.html``.

    Parameters
    ----------
    told : mapping
        What `deqi.trials.dose.dose_as_json` gave, and ``grades`` by kind of answer if there are.
    folder : str or Path
        Where to; made if it is not there.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    home = Path(folder)
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot be made: {error.strerror}", where=str(home), fix="give another") from error
    return write_page(
        home / PAGE,
        title=f"Dose and response: {told['title']}",
        lead=_lead(told),
        care=_CARE,
        sections=[
            Section("Response to the dose", list(_response(told))),
            Section("The smallest regimen near the best", list(_smallest(told))),
            Section("What maintenance adds", list(_maintenance(told))),
            Section("What a payer's rule costs and keeps", list(_payer(told))),
            Section("What it rests on", list(_rests(told))),
            Section("Make it again", [_made(told)]),
        ],
        cites=(),
    )


def _lead(told: Mapping[str, Any]) -> str:
    parts = [
        f"{told['outcome_title']}, against {told['against_title'].lower()}, in the same {told['patients']} "
        f"patients under every regimen and each of {told['members']} members of {told['ensemble']}."
    ]
    curve = told["curve"]
    if curve and curve["smallest"][0]["best"] is not None:
        one = curve["smallest"][0]
        near = (
            f"no smaller one comes within {_percent(curve['near'])} of it"
            if one["smallest"] == one["best"]
            else f"{one['smallest']} reaches {_percent(one['share_of_best']['mean'])} of it"
        )
        parts.append(f"In week {curve['week']:g} the best of those simulated is {one['best']}; {near}.")
    parts.append(told["caveat"])
    return " ".join(parts)


def _response(told: Mapping[str, Any]) -> Iterator[Part]:
    curve = told["curve"]
    if not curve:
        return
    gist = _gist(curve)
    along = [v["label"] for v in curve["variables"]]
    if curve["design"] == "filling":
        surface = curve["surface"]
        yield FigureItem(
            surface_figure(curve),
            "Each variable, the others as they are in the points: mean of a Gaussian process and its 95 % "
            "interval across members (parameters); dots are regimens that were simulated. Error on points "
            f"left out {surface['left_out_error']:.2f} points, {100 * surface['explained']:.1f} % of "
            "the variance explained there.",
            gist,
        )
    elif curve["design"] == "curve" or len(_lines(curve)) <= MOST_LINES:
        bars = _BARS if curve["design"] == "curve" else ""
        yield FigureItem(curve_figure(curve), f"Benefit over {' and '.join(along)}. {_BANDS}{bars}", gist)
    if curve["design"] == "curve":
        yield FigureItem(
            spread_figure(curve),
            "Left: mean (dot) and the 10th to 90th of a hundred patients (bar, between patients). Right: "
            "patients who gained 30 % of their baseline, under the regimen and what it is held against.",
            gist,
        )
    if curve["design"] == "grid":
        yield FigureItem(
            tiles_figure(curve),
            "Mean over patients and members. Solid frame: the best; dashed: the smallest near it.",
            gist,
        )
    names = [v["name"] for v in curve["variables"]]
    visits = [] if "sessions" in names else ["visits"]
    yield Table(
        f"Benefit in points: in week {curve['week']:g} and a week after the last visit, with 95 % intervals "
        "(parameters); SE: Monte Carlo error; SD: between patients; share who gained 30 % of their baseline.",
        [*names, *visits, f"week {curve['week']:g}", "SE", "SD", "gained 30 %", "a week after"],
        [
            [
                *(v if isinstance(v, str) else f"{v:g}" for v in row["settings"].values()),
                *(f"{row['costs']['visits']:.0f}" for _ in visits),
                _across(row["late"]["benefit"]),
                _or_dash(row["late"]["monte_carlo_error"]),
                _or_dash(row["late"]["between_patients"]["sd"]),
                _percent(row["late"]["improved"]["mean"]),
                _across(row["early"]["benefit"]),
            ]
            for row in curve["regimens"]
        ],
    )


def _lines(curve: Mapping[str, Any]) -> list[Any]:
    _, by = axes_of(curve)
    return [] if by is None else list(by["values"])


def _gist(curve: Mapping[str, Any]) -> str:
    rows = sorted(curve["regimens"], key=lambda row: row["costs"]["visits"])
    first, last = rows[0], rows[-1]
    return (
        f"Week {curve['week']:g}: {first['label']}: {_across(first['late']['benefit'])} points; "
        f"{last['label']}: {_across(last['late']['benefit'])} points"
    )


def _smallest(told: Mapping[str, Any]) -> Iterator[Part]:
    curve = told["curve"]
    if not curve:
        return
    one = curve["smallest"][0]
    if price_of(curve) is not None:
        yield FigureItem(
            price_figure(curve),
            f"Every regimen by its cost. Dotted: {_percent(curve['near'])} of the best.",
            f"best: {one['best'] or 'none'}; smallest near it: {one['smallest'] or 'none'}",
        )
    yield Table(
        f"The smallest by {curve['cost_in_words']} whose mean benefit is within {_percent(curve['near'])} of "
        "the best of those simulated. Share of the best: 95 % across members (parameters) and Monte Carlo "
        "error (SE). Sure: members in which it is within that share of the member's own best.",
        ["when", "best", "smallest", "share of the best", "SE", "sure"],
        [
            [
                f"week {curve['week']:g}" if row["when"] == "in the week" else row["when"],
                row["best"] or "none does any good",
                row["smallest"] or "-",
                _across_percent(row["share_of_best"]),
                _percent(row["monte_carlo_error"]),
                _percent(row["sure"]),
            ]
            for row in curve["smallest"]
        ],
        words=3,
    )


def _maintenance(told: Mapping[str, Any]) -> Iterator[Part]:
    year = told["year"]
    if not year or not year["maintenance"]:
        return
    last = year["maintenance"][-1]
    yield FigureItem(
        year_figure(year),
        "Benefit over a year. Left: the course alone, and with a visit every "
        f"{year['maintain_every']:g} weeks after it. Right, where it is drawn: visits that go on, without "
        "and with the payer's rule. Bands: 95 % interval across members (parameters).",
        f"week {last['week']:g}: alone {_across(last['alone']['benefit'])}, kept up "
        f"{_across(last['maintained']['benefit'])} points",
    )
    yield Table(
        "Benefit in points with 95 % intervals (parameters), what the visits after the course add in the "
        "same patients, its Monte Carlo error (SE) and SD between patients, and points for each visit added.",
        ["week", "visits added", "alone", "kept up", "added", "SE", "SD", "a visit"],
        [
            [
                f"{row['week']:g}",
                f"{row['visits_added']:g}",
                _across(row["alone"]["benefit"]),
                _across(row["maintained"]["benefit"]),
                _across(row["added"]["benefit"]),
                _or_dash(row["added"]["monte_carlo_error"]),
                _or_dash(row["added"]["between_patients"]["sd"]),
                _or_dash(row["added_per_visit"], 2),
            ]
            for row in year["maintenance"]
        ],
    )


def _payer(told: Mapping[str, Any]) -> Iterator[Part]:
    year = told["year"]
    if not year or not year["payer"]:
        return
    paid = year["payer"]
    rule = paid["rule"]
    yield Prose(
        [
            f"{rule['visits']} visits in {rule['within_days']:g} days, {rule['more']} more while the patient "
            f"is {_percent(rule['improvement'])} better than at baseline (how much counts is assumed), "
            f"{rule['a_year']} a year; without the rule {year['ongoing_per_week']:g} a week go on after the "
            f"course. {paid['says']}."
        ]
    )
    if not year["maintenance"]:
        yield FigureItem(
            year_figure(year),
            "Benefit over a year, without and with the rule. Bands: 95 % across members (parameters).",
            f"kept at week 52: {_across_percent(paid['told'][-1]['kept'])}",
        )
    yield FigureItem(
        visits_figure(paid),
        "Visits that patients have in a year: shares of patients, mean over members.",
        f"mean visits: {_across(paid['without'])} without, {_across(paid['with'])} with the rule",
    )
    yield Table(
        "Benefit in points with 95 % intervals (parameters), and the share of it that is kept; SE: Monte "
        "Carlo error of the share. Points a visit: benefit at the end of the year by visits of the year.",
        ["week", "without", "with", "share kept", "SE", "a visit, without", "a visit, with"],
        [
            [
                f"{row['week']:g}",
                _across(row["without"]["benefit"]),
                _across(row["with"]["benefit"]),
                _across_percent(row["kept"]),
                _percent(row["kept_error"]),
                *(
                    _or_dash(row["per_visit"][key] if row["per_visit"] else None, 2)
                    for key in ("without", "with")
                ),
            ]
            for row in paid["told"]
        ],
    )
    yield _who(paid)


def _who(paid: Mapping[str, Any]) -> Table:
    rows = [
        ["share of patients", _across_percent(paid["stopped"]), "-"],
        *(
            [name, *(_or_dash(pair[key]["mean"], 2 if name == "expectation" else 1) for key in pair)]
            for name, pair in paid["who"].items()
        ),
        ["better without the rule, week 52", _or_dash(paid["lost_by_stopped"]["mean"]), "-"],
        ["as much better as the rule asks, without it", _percent(paid["would_improve"]), "-"],
    ]
    return Table(
        "Who is stopped as they do not improve: means of patients (baseline in points, age in years, "
        "expectation 0 to 1).",
        ["", "stopped", "others"],
        rows,
    )


def _rests(told: Mapping[str, Any]) -> Iterator[Part]:
    yield Prose([told["caveat"]])
    yield Listing([f"{name.replace('_', ' ')}: {said}" for name, said in told["meanings"].items()])
    yield Listing(
        [*told["notes"], *(f"grade of {name}: {word}" for name, word in told.get("grades", {}).items())]
    )


def _made(told: Mapping[str, Any]) -> Table:
    curve, year = told["curve"], told["year"]
    digests = [*(curve["digests"] if curve else []), *([year["digest"]] if year else [])]
    rows = [
        ["protocol", told["protocol"]],
        ["against", told["against"]],
        ["outcome", told["outcome"]],
        ["seed", str(told["seed"])],
        ["ensemble", f"{told['ensemble']} {told['fingerprint']}, {told['members']} members"],
        ["patients", f"{told['patients']} under every regimen and member"],
        *([f"scores {k + 1}", digest] for k, digest in enumerate(digests)),
    ]
    return Table("What it was made with.", ["", "made with"], rows, text=True)


def _across(row: Mapping[str, float | None], digits: int = 1, factor: float = 1.0) -> str:
    mean, low, high = (row[key] for key in ("mean", "low", "high"))
    if mean is None:
        return "-"
    # Adding zero takes the sign of a zero away.
    said = [f"{round(factor * v, digits) + 0.0:.{digits}f}" for v in (mean, low, high) if v is not None]
    return said[0] if len(said) < 3 else f"{said[0]} ({said[1]} to {said[2]})"


def _across_percent(row: Mapping[str, float | None]) -> str:
    return f"{_across(row, 0, 100)} %"


def _or_dash(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"
