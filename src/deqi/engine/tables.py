"""A batch as the tables that machine code reads, after everything has been checked: it checks nothing."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from deqi.engine.batch import Array, Batch, Settings, Status
from deqi.errors import EngineError, UnknownNameError

# A step that would leave less than this share of the stretch is halved.
_SPLIT = 0.55


class Layout(Protocol):
    """What is known of an engine's arrays."""

    width: int
    lane: Any
    states: tuple[str, ...]
    parameters: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    varied: tuple[str, ...]


def shared_tables(layout: Layout, batch: Batch, settings: Settings) -> dict[str, Any]:
    """Numbers and tables that all threads share, by field of the workspace."""
    count = len(batch)
    state, output = ({p: i for i, p in enumerate(group)} for group in (layout.states, layout.outputs))
    columns = list(enumerate(batch.report))
    seen = [(state[p], k) for k, p in columns if p in state]
    asked = [(output[p], k) for k, p in columns if p not in state]
    # Outputs may need any state; without them, only what is asked for is interpolated.
    wanted = range(len(layout.states)) if asked else sorted({i for i, _ in seen})
    parameter = {p: i for i, p in enumerate(layout.parameters)}
    rtol, atol = (
        np.broadcast_to(np.asarray(t, float), (len(layout.states),)) for t in (settings.rtol, settings.atol)
    )
    return {
        "width": layout.width,
        "patients": count,
        "n_states": len(layout.states),
        "n_parameters": len(layout.parameters),
        "n_varied": len(layout.varied),
        "n_inputs": len(layout.inputs),
        "n_times": len(batch.times),
        "n_seen": len(seen),
        "n_observed": len(asked),
        "first_step": settings.first_step,
        "edge_step": settings.edge_step,
        "smallest_step": settings.smallest_step,
        "growth": settings.growth,
        "split": _SPLIT,
        "most_steps": settings.most_steps,
        "queue": np.zeros(2, np.int64),
        "schedule": np.asarray(batch.schedule, np.int64),
        "first_stretch": np.cumsum([0, *(len(s.edges) for s in batch.schedules)]),
        "edges": np.concatenate([s.edges for s in batch.schedules]),
        "inputs": np.concatenate([_one_row_more(s.inputs) for s in batch.schedules]),
        "jumps": np.concatenate([_one_row_more(s.jumps) for s in batch.schedules]),
        "start": np.ascontiguousarray(batch.start, float),
        "common": np.asarray(batch.common, float),
        "varied": np.ascontiguousarray(batch.varied, float),
        "varied_at": np.array([parameter[p] for p in layout.varied], np.int64),
        "times": np.asarray(batch.times, float),
        "seen": np.array([i for i, _ in seen], np.int64),
        "seen_to": np.array([k for _, k in seen], np.int64),
        "asked": np.array([i for i, _ in asked], np.int64),
        "asked_to": np.array([k for _, k in asked], np.int64),
        "wanted": np.array([len(wanted), *wanted], np.int64),
        "reports": np.empty((count, len(batch.times), len(batch.report))),
        "rows": np.zeros(count, np.int64),
        "final": np.empty((count, len(layout.states))),
        "status": np.full(count, int(Status.NOT_RUN), np.int64),
        "steps": np.zeros(count, np.int64),
        "rejected": np.zeros(count, np.int64),
        "atol": np.repeat(atol, layout.width).astype(layout.lane),
        "tolerance": np.repeat(rtol, layout.width).astype(layout.lane),
    }


def check_batch(layout: Layout, batch: Batch) -> None:
    """Shapes and names; machine code checks nothing."""
    count = len(batch)
    if not batch.schedules:
        raise EngineError("needs one schedule at least", where="batch: schedules")
    shapes = {
        "start": (batch.start, (count, len(layout.states))),
        "common": (batch.common, (len(layout.parameters),)),
        "varied": (batch.varied, (count, len(layout.varied))),
        "schedule": (batch.schedule, (count,)),
    }
    for name, (array, shape) in shapes.items():
        if np.shape(array) != shape:
            raise EngineError(f"has shape {np.shape(array)}, needs {shape}", where=f"batch: {name}")
    for k, schedule in enumerate(batch.schedules):
        for name, width in (("inputs", len(layout.inputs)), ("jumps", len(layout.states))):
            if getattr(schedule, name).shape[1] != width:
                raise EngineError(f"needs {width} columns", where=f"schedule {k}: {name}")
    if not np.issubdtype(np.asarray(batch.schedule).dtype, np.integer):
        raise EngineError("must be whole numbers", where="batch: schedule")
    if count and not (np.min(batch.schedule) >= 0 and np.max(batch.schedule) < len(batch.schedules)):
        raise EngineError("names a schedule that is not there", where="batch: schedule")
    times = np.asarray(batch.times)
    if times.ndim != 1 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise EngineError("must be finite and rise", where="batch: times")
    if len(times) and any(times[-1] > s.edges[-1] for s in batch.schedules):
        raise EngineError("ends before the last time asked for", where="batch: schedules")
    for path in batch.report:
        if path not in layout.states and path not in layout.outputs:
            raise UnknownNameError("state or output", path, [*layout.states, *layout.outputs], where="report")


def check_settings(layout: Layout, settings: Settings) -> None:
    """Tolerances must be one number, or one a state."""
    for name in ("rtol", "atol"):
        if np.shape(getattr(settings, name)) not in ((), (len(layout.states),)):
            raise EngineError(
                f"needs one number, or one a state ({len(layout.states)})", where=f"settings: {name}"
            )


def _one_row_more(table: Array) -> Array:
    """So that a stretch and the edge at its start have the same number in a chain of schedules."""
    return np.vstack([table, np.zeros((1, table.shape[1]))])
