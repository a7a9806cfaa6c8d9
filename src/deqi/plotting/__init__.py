"""Figures of runs and trials: one function a figure, results in, a matplotlib `Figure` or an ``<svg>`` out.

Nothing is drawn on a screen and no global state of matplotlib is changed, so
figures can be made in any thread and on machines without a display.

Classic experiments, which are simulated when they are drawn, are in `deqi.plotting.classics`.
"""

from deqi.plotting.course import pain_course
from deqi.plotting.flow import flow_diagram
from deqi.plotting.gains import responder_curve_figure
from deqi.plotting.heatmap import transmitter_heatmap
from deqi.plotting.occupancy import receptor_occupancy
from deqi.plotting.session import session_minutes
from deqi.plotting.shares import shares_figure
from deqi.plotting.spread import spread_figure
from deqi.plotting.trial import arms_over_time

__all__ = [
    "arms_over_time",
    "flow_diagram",
    "pain_course",
    "receptor_occupancy",
    "responder_curve_figure",
    "session_minutes",
    "shares_figure",
    "spread_figure",
    "transmitter_heatmap",
]
