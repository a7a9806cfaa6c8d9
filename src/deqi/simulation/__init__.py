"""Simulating: how patients came to be ill, their course, and the threshold read-out."""

from deqi.simulation.course import Course, Decided
from deqi.simulation.one_patient import make_solver, report_times, simulate
from deqi.simulation.preparation import polish, prepare, prepare_many
from deqi.simulation.threshold import pain_threshold

__all__ = [
    "Course",
    "Decided",
    "make_solver",
    "pain_threshold",
    "polish",
    "prepare",
    "prepare_many",
    "report_times",
    "simulate",
]
