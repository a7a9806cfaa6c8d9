"""The reference: cases solved as closely as double precision allows.

CVODE with the compiled rates and Jacobian, restarted at every edge, gives it.
Two other methods check it: LSODA on the cases that all solvers share, and Radau
IIA of order 5, which is no multistep method, on one. How far they are apart is
stored beside it. Run in the peers' environment: ``python -m peers.reference``.
"""

from __future__ import annotations

import argparse
import json

import numpy as np

from peers.compiled import build
from peers.errors import errors
from peers.lsoda import Lsoda
from peers.peer import Peer, asked, begin
from peers.sundae import Sundae
from peers.workload import FOLDER, Array, Case, Workload

RTOL = 1e-13
RADAU_RTOL = 1e-12
FILE = FOLDER / "reference.npz"


def main() -> None:
    """Solve, check and store."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--patients", type=int, default=40, help="how many patients get a reference")
    workload = Workload.load()
    patients = min(parser.parse_args().patients, workload.patients)
    cases, shared = workload.cases(patients), workload.cases(min(Peer.patients, patients))
    cvode, lsoda = Sundae(), Lsoda()
    cvode.load(workload, workload.states)
    states = cvode.solve_all(cases, RTOL, 1e-3 * RTOL)
    lsoda.load(workload, workload.states)
    common = [n for n, case in enumerate(cases) if case.patient < Peer.patients]
    checks = {
        "method": f"CVODE, rtol {RTOL:g}",
        "patients": patients,
        "lsoda": _apart(workload, lsoda.solve_all(shared, RTOL, 1e-3 * RTOL), states[common]),
        "radau": _apart(workload, radau(cases[0])[None], states[:1]),
    }
    shape = (len(workload.protocols), patients, *states.shape[1:])
    np.savez_compressed(FILE, states=states.reshape(shape), checks=json.dumps(checks))
    print(checks)


def load(workload: Workload, patients: int, outputs: tuple[str, ...]) -> Array:
    """Reference of the first so many patients, in the order of `Workload.cases`.

    Returns
    -------
    ndarray, shape (case, time, output)
    """
    with np.load(FILE) as stored:
        states = stored["states"][:, :patients][..., workload.columns(outputs)]
    return states.reshape(-1, *states.shape[2:])


def known() -> dict[str, object]:
    """How the reference was made, and how far other methods are from it."""
    with np.load(FILE) as stored:
        return dict(json.loads(str(stored["checks"])))


def radau(case: Case) -> Array:
    """States of one case by SciPy's Radau, shape (time, state)."""
    from scipy.integrate import solve_ivp

    compiled, size = build(), case.start.size
    rate, slopes = np.empty(size), np.zeros((size, size))
    found = np.empty((case.times.size, size))
    y = case.start
    found[case.times <= case.edges[0]] = y
    for k, slot in enumerate(case.slots):
        minutes, rows = asked(case, k)
        given = (case.parameters, case.inputs[k])

        def rates(t: float, y: Array, p: Array, u: Array) -> Array:
            compiled.rates(y, p, u, rate)
            return rate.copy()

        def jacobian(t: float, y: Array, p: Array, u: Array) -> Array:
            compiled.jacobian(y, p, u, slopes)
            return slopes.copy()

        solution = solve_ivp(
            rates,
            (0.0, minutes[-1]),
            begin(case, k, y),
            method="Radau",
            t_eval=minutes,
            args=given,
            jac=jacobian,
            rtol=RADAU_RTOL,
            atol=1e-3 * RADAU_RTOL,
        )
        if not solution.success:
            raise RuntimeError(f"Radau at minute {case.edges[k]:g}: {solution.message}")
        found[slot] = solution.y.T[rows]
        y = solution.y[:, -1]
    return found


def _apart(workload: Workload, other: Array, states: Array) -> dict[str, float]:
    columns = workload.columns(workload.observables)
    return {
        "runs": len(other),
        "observables": float(errors(other[..., columns], states[..., columns]).max()),
        "states": float(errors(other, states).max()),
    }


if __name__ == "__main__":
    main()
