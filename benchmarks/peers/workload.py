"""The workload that every solver gets: patients, protocols, edges, output times.

It is plain arrays and two texts of the model (SBML and C), so that a solver
needs nothing of deqi to read it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

#: Where the workload is stored.
FOLDER = Path(__file__).resolve().parents[1] / "made"


@dataclass(frozen=True)
class Case:
    """One patient under one protocol: what a solver solves at a time.

    Attributes
    ----------
    patient, protocol : int
        Numbers in the workload.
    parameters : ndarray, shape (parameter,)
        Values in the order of `Workload.parameters`.
    start : ndarray, shape (state,)
        State at the first edge, before its jump.
    edges : ndarray, shape (stretch + 1,)
        Minutes at which inputs change. Each is a restart.
    inputs : ndarray, shape (stretch, input)
        Constant inputs of each stretch.
    jumps : ndarray, shape (stretch, state)
        What is added to the state where a stretch starts.
    times : ndarray, shape (time,)
        Rising minutes of output; at an edge, the state before its jump.
    slots : tuple of slice
        For each stretch, which output times lie in it (after its start, up to its end).
    """

    patient: int
    protocol: int
    parameters: Array
    start: Array
    edges: Array
    inputs: Array
    jumps: Array
    times: Array
    slots: tuple[slice, ...]


@dataclass(frozen=True)
class Workload:
    """Patients x protocols.

    Attributes
    ----------
    states, parameters, inputs : tuple of str
        Paths of the model, in the order of the arrays.
    varied : tuple of str
        Parameters that differ between patients.
    observables : tuple of str
        Paths of the states that are compared.
    protocols : tuple of str
        What is done, in words.
    values : ndarray, shape (patient, parameter)
        Parameters of each patient.
    start : ndarray, shape (patient, state)
        State of each patient at week 0.
    edges, jumps : tuple of ndarray
        Of each protocol; see `Case`.
    doses : tuple of ndarray, shape (stretch, input)
        Inputs of each protocol, the same for every patient.
    times : ndarray, shape (time,)
        Minutes of output.
    about : mapping
        Seed, counts, versions.
    """

    states: tuple[str, ...]
    parameters: tuple[str, ...]
    inputs: tuple[str, ...]
    varied: tuple[str, ...]
    observables: tuple[str, ...]
    protocols: tuple[str, ...]
    values: Array
    start: Array
    edges: tuple[Array, ...]
    jumps: tuple[Array, ...]
    doses: tuple[Array, ...]
    times: Array
    about: dict[str, Any]

    @property
    def patients(self) -> int:
        """How many patients there are."""
        return len(self.values)

    def columns(self, paths: tuple[str, ...]) -> list[int]:
        """Numbers of states by path."""
        return [self.states.index(path) for path in paths]

    def cases(self, patients: int) -> list[Case]:
        """The first so many patients under each protocol, protocol by protocol.

        Raises
        ------
        SystemExit
            If the workload has fewer patients.
        """
        if patients > self.patients:
            raise SystemExit(
                f"the workload has {self.patients} patients, not {patients}; make a larger one "
                f"(bench.py --patients {patients})"
            )
        return [self._case(i, k) for k in range(len(self.protocols)) for i in range(patients)]

    def _case(self, patient: int, protocol: int) -> Case:
        edges = self.edges[protocol]
        bounds = np.searchsorted(self.times, edges, side="right")
        return Case(
            patient=patient,
            protocol=protocol,
            parameters=self.values[patient],
            start=self.start[patient],
            edges=edges,
            inputs=self.doses[protocol],
            jumps=self.jumps[protocol],
            times=self.times,
            slots=tuple(slice(a, b) for a, b in pairwise(bounds)),
        )

    def save(self, folder: Path = FOLDER) -> None:
        """Write ``workload.npz`` and ``workload.json``."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {"values": self.values, "start": self.start, "times": self.times}
        for k in range(len(self.protocols)):
            arrays |= {f"edges{k}": self.edges[k], f"jumps{k}": self.jumps[k], f"doses{k}": self.doses[k]}
        np.savez_compressed(folder / "workload.npz", **arrays)
        names = ("states", "parameters", "inputs", "varied", "observables", "protocols", "about")
        text = json.dumps({name: getattr(self, name) for name in names}, indent=1)
        (folder / "workload.json").write_text(text + "\n")

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Workload:
        """Read what `save` wrote."""
        names = json.loads((folder / "workload.json").read_text())
        about = names.pop("about")
        texts = {name: tuple(paths) for name, paths in names.items()}
        with np.load(folder / "workload.npz") as stored:
            arrays = dict(stored)
        which = range(len(texts["protocols"]))
        return cls(
            **texts,
            about=about,
            values=arrays["values"],
            start=arrays["start"],
            times=arrays["times"],
            edges=tuple(arrays[f"edges{k}"] for k in which),
            jumps=tuple(arrays[f"jumps{k}"] for k in which),
            doses=tuple(arrays[f"doses{k}"] for k in which),
        )


def symbol(path: str) -> str:
    """Name of a path in the SBML and the C text."""
    return path.replace(".", "__")
