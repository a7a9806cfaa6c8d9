"""Simulating one patient: how they came to be ill, the course, and the threshold read-out."""

from deqi.simulation.one_patient import report_times, simulate
from deqi.simulation.preparation import polish, prepare
from deqi.simulation.threshold import pain_threshold

__all__ = ["pain_threshold", "polish", "prepare", "report_times", "simulate"]
