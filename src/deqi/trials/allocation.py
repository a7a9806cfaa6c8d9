"""Allocation: which arm each patient is randomised to.

Every stratum has a stream of random numbers of its own, found from the seed and
the stratum's name, and goes through it in order of entry. Patients who come
later, and other strata, change nothing for those who were there before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from deqi.errors import TrialError
from deqi.population.draws import check_seed
from deqi.trials.schema import Trial

Array: TypeAlias = np.ndarray[Any, Any]

_PURPOSE = "allocation"
#: Blocks that are drawn together: few at first, for small strata; more and more later.
_FIRST, _MOST = 8, 4096


def allocate(
    trial: Trial, seed: int, strata: Sequence[str] | None = None, patients: int | None = None
) -> Array:
    """Arms of all patients of a trial.

    Parameters
    ----------
    trial : Trial
        Its arms with their ratios, and its allocation.
    seed : int
        From 0 to 2**32 - 1.
    strata : sequence of str, optional
        Stratum of each patient in order of entry; needed by stratified allocation, and no other looks at it.
    patients : int, optional
        How many; by default as many as there are strata, or as the trial says.

    Returns
    -------
    ndarray of int, shape (patient,)
        Places in ``trial.arms``. The first of them are the same for any number of patients.

    Raises
    ------
    TrialError
        If strata are missing, or not one a patient.

    Examples
    --------
    >>> from deqi.trials.files import load_trial
    >>> arms = allocate(load_trial("gerac"), seed=1, patients=600)
    >>> [int((arms == k).sum()) for k in range(3)]
    [200, 200, 200]
    """
    check_seed(seed)
    if patients is None:
        patients = trial.patients if strata is None else len(strata)
    method = trial.allocation.method
    if method == "simple":
        return _simple(trial, seed, patients)
    if method == "permuted-block":
        return _from_blocks(trial, seed, "", patients)
    if strata is None or len(strata) != patients:
        raise TrialError("stratified allocation needs a stratum for each patient", where="allocation")
    codes: dict[str, int] = {}
    stratum = np.fromiter((codes.setdefault(name, len(codes)) for name in strata), int, count=patients)
    order = np.argsort(stratum, kind="stable")
    counts = np.bincount(stratum, minlength=len(codes))
    arms = np.empty(patients, int)
    for name, rows in zip(codes, np.split(order, np.cumsum(counts))[:-1], strict=True):
        arms[rows] = _from_blocks(trial, seed, name, len(rows))
    return arms


def _simple(trial: Trial, seed: int, patients: int) -> Array:
    ratios = np.array([arm.ratio for arm in trial.arms])
    # The last edge is left out, so that rounding cannot put anyone beyond the last arm.
    edges = (np.cumsum(ratios) / ratios.sum())[:-1]
    return np.searchsorted(edges, _generator(seed, "").random(patients), side="right")


def _from_blocks(trial: Trial, seed: int, stratum: str, patients: int) -> Array:
    draw = _generator(seed, stratum)
    parts, count = [], 0
    for arms in _blocks(trial, draw):
        parts.append(arms)
        count += len(arms)
        if count >= patients:
            break
    return np.concatenate(parts)[:patients]


def _blocks(trial: Trial, draw: np.random.Generator) -> Iterator[Array]:
    """Arms of one group of blocks after the other, for ever."""
    ratios = [arm.ratio for arm in trial.arms]
    sizes = np.array(trial.allocation.blocks)
    once = np.repeat(np.arange(len(ratios)), ratios)
    number = _FIRST
    while True:
        chosen = draw.integers(len(sizes), size=number)
        keys = draw.random((number, sizes.max()))
        arms = np.full(keys.shape, -1)
        for k, size in enumerate(sizes.tolist()):
            rows = np.flatnonzero(chosen == k)
            arms[rows, :size] = np.tile(once, size // len(once))[np.argsort(keys[rows, :size], axis=1)]
        yield arms[arms >= 0]
        number = min(2 * number, _MOST)


def _generator(seed: int, stratum: str) -> np.random.Generator:
    # Four words, as wherever random numbers belong to something: SeedSequence mixes a pool of four.
    purpose = int.from_bytes(hashlib.sha256(_PURPOSE.encode()).digest()[:4], "big")
    name = hashlib.sha256(stratum.encode()).digest()
    words = [seed, purpose, int.from_bytes(name[:4], "big"), int.from_bytes(name[4:8], "big")]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(words)))
