"""Making one chunk, wherever that happens."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from deqi.errors import DeqiError, SimulationError
from deqi.execution.chunks import mark_of
from deqi.execution.parquet import encode
from deqi.execution.spans import Span, spoken


class Work(Protocol):
    """What is done for a range of patients.

    It must depend on nothing but the range, and a patient's rows on nothing but the patient: the rows of
    0 to 9 are those of 0 to 4 and then of 5 to 9, whatever the threads. With more than one worker it is
    pickled, so its class must stand in a module that workers can import.
    """

    def __call__(self, first: int, stop: int, threads: int) -> Any:
        """Rows of patients `first` to `stop`, the last not included, as a `pyarrow.Table`."""
        ...


@dataclass(frozen=True)
class Task:
    """Work that can be sent to a worker.

    Attributes
    ----------
    work : bytes
        Pickled.
    key : str
        Of the run.
    threads : int
        That it may use.
    deqi : str
        Version that the run is of.
    """

    work: bytes
    key: str
    threads: int
    deqi: str

    @classmethod
    def of(cls, work: Work, key: str, threads: int) -> Task:
        """Pack work up.

        Raises
        ------
        SimulationError
            If it cannot be pickled.
        """
        from deqi import __version__

        try:
            packed = pickle.dumps(work)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise SimulationError(f"cannot be sent to workers: {error}", where="work") from error
        return cls(packed, key, threads, __version__)

    def chunk(self, span: Span) -> bytes:
        """The bytes of a chunk; errors as in `make_chunk`."""
        from deqi import __version__

        if __version__ != self.deqi:
            raise SimulationError(
                f"a worker has deqi {__version__}, the run is of {self.deqi}",
                fix="install the latter there",
            )
        return make_chunk(unpacked(self.work), span, self.key, self.threads)


def make_chunk(work: Work, span: Span, key: str, threads: int) -> bytes:
    """Do the work for a range, and encode what comes of it.

    Raises
    ------
    DeqiError
        What the work raises, with the range as its place.
    """
    said = spoken([span])
    try:
        return encode(work(span.first, span.stop, threads), mark_of(span, key))
    except DeqiError as error:
        error.where = f"{said}: {error.where}" if error.where else said
        raise
    except Exception as error:
        error.add_note(f"while {said} were computed")
        raise


@lru_cache(maxsize=4)
def unpacked(work: bytes) -> Work:
    """The work, unpacked once a process."""
    found: Work = pickle.loads(work)
    return found
