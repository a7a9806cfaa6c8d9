"""Figures that more than one report shows, with captions that say what is and is not known."""

from __future__ import annotations

from collections.abc import Mapping

from deqi.plotting import receptor_occupancy, session_minutes, transmitter_heatmap
from deqi.plotting.heatmap import TRANSMITTERS, fold_changes
from deqi.plotting.window import Window
from deqi.reports.html import FigureItem
from deqi.reports.tables import number
from deqi.results import Run

ONE_PATIENT = "One typical patient: no interval between patients, and none for the parameters."


def session_figure(runs: Mapping[str, Run]) -> FigureItem:
    """Minute by minute."""
    said = [
        f"{label}: pain {number(change.before)} before, {number(change.extreme)} at minute "
        f"{change.minute:.0f}"
        for label, run in runs.items()
        for change in [Window.of(run).change("pain.report.intensity")]
    ]
    caption = (
        "The first session, minute by minute, in the order in which the signal passes. Axes have their own "
        "scales and "
        "need not start at zero. The shape within one session is a hypothesis: it was not fitted to data. "
    )
    return FigureItem(
        session_minutes(runs), caption + ONE_PATIENT, "Ten small graphs over time. " + "; ".join(said)
    )


def heatmap_figure(label: str, run: Run) -> FigureItem:
    """Region by transmitter."""
    said = [
        f"{TRANSMITTERS[column]} in {region} ×{fold:.2f}".replace("-\n", "-").replace("\n", " ")
        for (region, column), fold in fold_changes(run).items()
        if fold is not None
    ]
    caption = (
        f"Where which transmitter changes in the first session ({label}): the level farthest from that "
        "before the "
        "session, divided by it, within three hours. Brainstem serotonin and noradrenaline are the output "
        "of raphe and "
        "locus coeruleus; serotonin and CCK-8 of the brain at large are levels relative to rest. Hatched: "
        "not in the "
        "model, which does not mean that nothing happens there. "
    )
    return FigureItem(transmitter_heatmap(run), caption + ONE_PATIENT, "Heat map. " + "; ".join(said))


def occupancy_figure(label: str, run: Run) -> FigureItem:
    """Receptor occupancy."""
    change = Window.of(run).change("brainstem.mu.agonist")
    caption = (
        f"Opioid receptors taken in the first session ({label}), by ligand and place; “cord” is that of the "
        "painful "
        "segments; ligands that never appear are left out; “any agonist” excludes naloxone. " + ONE_PATIENT
    )
    description = (
        f"Four graphs over time. Mu receptors of the brainstem with any agonist: {100 * change.before:.1f} "
        "% before, "
        f"{100 * change.extreme:.1f} % at minute {change.minute:.0f}."
    )
    return FigureItem(receptor_occupancy(run), caption, description)
