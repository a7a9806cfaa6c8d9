"""Figures: one function each; it takes runs only and returns a matplotlib figure."""

from deqi.plotting.course import pain_course
from deqi.plotting.heatmap import transmitter_heatmap
from deqi.plotting.occupancy import receptor_occupancy
from deqi.plotting.session import session_minutes

__all__ = ["pain_course", "receptor_occupancy", "session_minutes", "transmitter_heatmap"]
