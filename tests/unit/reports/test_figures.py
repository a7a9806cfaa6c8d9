"""Figures show what the run holds, the same way each time, and can be told apart without colour."""

import re
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from deqi.errors import DeqiError
from deqi.plotting import pain_course, receptor_occupancy, session_minutes, transmitter_heatmap
from deqi.plotting.heatmap import CCK, CELLS, COR, ENK, TRANSMITTERS, _ink_on, fold_changes
from deqi.plotting.style import LOOKS, TOKENS, _spread, to_inline_svg, to_png, to_svg
from deqi.plotting.window import Window


def texts(figure):
    return re.findall(r">([^<>]+)</text>", to_svg(figure))


@pytest.mark.parametrize(
    "draw",
    [
        lambda run: pain_course({"verum": run}),
        lambda run: session_minutes({"verum": run}),
        transmitter_heatmap,
        receptor_occupancy,
    ],
)
def test_a_figure_is_sound_svg_and_the_same_each_time(draw, run):
    first, again = to_svg(draw(run)), to_svg(draw(run))
    assert first == again
    ET.fromstring(first)
    assert "<image" not in first
    assert to_png(draw(run), dpi=40).startswith(b"\x89PNG")


def test_pyplot_is_not_needed():
    import subprocess

    code = "import deqi.plotting, sys; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_weekly_line_has_the_values_of_whole_weeks(run):
    ax = pain_course({"verum": run}).axes[0]
    weekly = next(line for line in ax.lines if line.get_linewidth() == 2)
    assert weekly.get_ydata()[6] == pytest.approx(run.at("pain.report.intensity", week=6))


def test_arms_differ_by_dash_and_marker_too():
    assert len({str(look.dash) for look in LOOKS}) == len({look.marker for look in LOOKS}) == len(LOOKS)


@pytest.mark.parametrize("many", [0, 6])
def test_too_few_or_too_many_runs_are_refused(many, run):
    with pytest.raises(DeqiError, match="cannot be drawn"):
        pain_course({str(k): run for k in range(many)})


def test_the_window_counts_minutes_from_the_needles(run):
    window = Window.of(run)
    assert window.minutes[0] == -10
    assert window.minutes[-1] == 180
    assert window.needles_out == 30
    change = window.change("pain.report.intensity")
    assert change.minute == pytest.approx(30, abs=1)
    assert change.extreme < change.before


def test_a_run_without_needles_has_its_window_at_week_0(untreated):
    assert Window.of(untreated).needles_out is None
    assert "minutes since week 0" in texts(session_minutes({"none": untreated}))


def test_a_run_that_is_too_short_is_refused(make):
    short = make(weeks=26.0, sessions=((26 * 10080.0, 26 * 10080.0 + 30),))
    with pytest.raises(DeqiError, match="too few moments"):
        transmitter_heatmap(short)


def test_heat_map_prints_each_fold_change(run):
    folds = fold_changes(run)
    assert folds["cord, painful\nsegments", ENK] == pytest.approx(2.0, abs=0.01)
    assert folds["blood plasma", COR] == pytest.approx(2 / 3, abs=0.01)
    shown = texts(transmitter_heatmap(run))
    assert shown.count("×0.67") == 1
    assert sum(text.startswith("×2.0") for text in shown) == len(folds) - 1
    assert "not in the model" in shown


def test_a_level_that_starts_at_zero_has_no_fold(run):
    assert Window.of(run).change("needle.sensation.deqi").fold is None


@pytest.mark.parametrize("grey", np.linspace(0, 1, 21))
def test_numbers_stand_out_from_their_cells(grey):
    linear = grey / 12.92 if grey <= 0.04045 else ((grey + 0.055) / 1.055) ** 2.4
    other = 1.0 if _ink_on((grey, grey, grey)) == "#ffffff" else 0.0
    assert (max(linear, other) + 0.05) / (min(linear, other) + 0.05) >= 4.5


def test_every_cell_is_in_the_model():
    from deqi.models import needling_analgesia

    model = needling_analgesia()
    for cells in CELLS.values():
        for column, path in cells.items():
            assert model.variable(path)
            assert 0 <= column < len(TRANSMITTERS)
    assert CCK in CELLS["brain at large"]


def test_a_ligand_that_never_appears_is_left_out(run):
    shown = texts(receptor_occupancy(run))
    assert "enkephalin" in shown
    assert "naloxone" not in shown


def test_labels_are_moved_apart_and_keep_their_order():
    places = _spread([1.0, 1.0, 1.1, 50.0], 5.0, 0.0, 100.0)
    assert places == sorted(places)
    assert min(np.diff(places)) >= 5.0 - 1e-9


def test_inline_svg_follows_the_page_and_keeps_its_ids_apart(run):
    one = to_inline_svg(receptor_occupancy(run), "f1", 'say "this"')
    two = to_inline_svg(receptor_occupancy(run), "f2", "that")
    assert 'aria-label="say &quot;this&quot;"' in one
    ids = [set(re.findall(r'\bid="([^"]*)"', svg)) for svg in (one, two)]
    assert not ids[0] & ids[1]
    used = set(re.findall(r'(?:href="|url\()#([^")]*)', one))
    assert used
    assert used <= ids[0]
    for colour, name in TOKENS.items():
        assert len(re.findall(colour, one)) == len(re.findall(rf"var\(--{name}, {colour}\)", one))
