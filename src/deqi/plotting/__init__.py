"""Figures of runs: one function a figure, runs in, a matplotlib `Figure` out.

Nothing is drawn on a screen and no global state of matplotlib is changed, so
figures can be made in any thread and on machines without a display.
"""

from deqi.plotting.course import pain_course
from deqi.plotting.heatmap import transmitter_heatmap
from deqi.plotting.occupancy import receptor_occupancy
from deqi.plotting.session import session_minutes

__all__ = ["pain_course", "receptor_occupancy", "session_minutes", "transmitter_heatmap"]
