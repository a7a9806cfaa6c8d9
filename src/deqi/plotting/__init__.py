"""Figures of runs: one function a figure, results in, a matplotlib `Figure` out.

Nothing is drawn on a screen and no global state of matplotlib is changed, so
figures can be made in any thread and on machines without a display.
"""
