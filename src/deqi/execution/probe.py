"""Whether another process would give other bits: what it is made of, how it computes, and a few patients.

Both processes answer the same questions; a worker whose answers differ is given no
work. Processors may differ: that is told, and held against nobody, as what
comes of it shows in the arithmetic and in the patients.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from deqi.errors import SimulationError
from deqi.execution.digest import content_digest
from deqi.execution.floats import float_digests
from deqi.execution.spans import Span, spoken
from deqi.execution.task import Task, unpacked

# The more, the more branches of the work are tried; each costs a few hundredths of a second.
_MOST = 8
# Packages that numbers go through on their way.
_PACKAGES = ("numpy", "scipy", "sympy", "llvmlite")


@dataclass(frozen=True)
class Probe:
    """What a process said of itself.

    Attributes
    ----------
    versions : mapping of str to str
        Of deqi, its code, Python, and packages that decide bits.
    floats : mapping of str to str
        Digests; see `deqi.execution.floats`.
    patients : str
        Digest of the rows of the sample, or what the work raised there.
    processor : str
        For the words alone.
    """

    versions: Mapping[str, str]
    floats: Mapping[str, str]
    patients: str
    processor: str


def sample_of(patients: int) -> Span:
    """The patients that every process computes, to be compared.

    Examples
    --------
    >>> sample_of(3), sample_of(1000)
    (Span(first=0, stop=3), Span(first=0, stop=8))
    """
    return Span(0, min(patients, _MOST))


@lru_cache(maxsize=4)
def probe(task: Task, sample: Span) -> Probe:
    """Ask this process.

    Parameters
    ----------
    task : Task
        The work.
    sample : Span
        Patients to try it on.
    """
    from deqi.engine.host import host
    from deqi.results import code_hash, versions

    made_of = versions(_PACKAGES)
    here = host()
    return Probe(
        versions={
            "deqi": made_of["deqi"],
            "deqi's code": code_hash(),
            "Python": made_of["python"],
            **made_of["packages"],
            "LLVM": here.versions.rpartition(" ")[2],
        },
        floats=float_digests(),
        patients=_rows(task, sample),
        processor=here.processor,
    )


def answer(task: Task, sample: Span) -> Probe | str:
    """What a worker answers: `probe`, or why it could not, in words.

    An error with all that hangs on it may not get through to whoever asked, who would wait for ever.
    """
    try:
        return probe(task, sample)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _rows(task: Task, sample: Span) -> str:
    try:
        return content_digest([unpacked(task.work)(sample.first, sample.stop, task.threads)])
    except Exception as error:
        # That is an answer too. It will be told when its chunk is computed, with the others kept.
        return f"{type(error).__name__}: {error}"


def difference(there: Probe | str, here: Probe, sample: Span) -> str:
    """Why a worker would give other bits, in words; empty if it would not.

    Examples
    --------
    >>> here = Probe({"numpy": "2.4.6"}, {}, "ab", "znver3")
    >>> difference(Probe({"numpy": "2.1.0"}, {}, "ab", "znver3"), here, Span(0, 8))
    'numpy is 2.1.0 there and 2.4.6 here'
    >>> difference(Probe({"numpy": "2.4.6"}, {}, "cd", "skylake"), here, Span(0, 8))
    'patients 0 to 7 come out otherwise there (skylake there, znver3 here)'
    """
    if isinstance(there, str):
        return f"it cannot say what it is made of ({there})"
    unlike = [f"{n} is {a or 'missing'} there and {b or 'missing'} here" for n, a, b in _unlike(there, here)]
    if unlike:
        return ", ".join(unlike)
    machines = f"({there.processor} there, {here.processor} here)"
    floats = [name for name, digest in here.floats.items() if there.floats.get(name) != digest]
    if floats:
        return f"{', '.join(floats)} give other digits there {machines}"
    if there.patients != here.patients:
        return f"{spoken([sample])} come out otherwise there {machines}"
    return ""


def _unlike(there: Probe, here: Probe) -> Iterator[tuple[str, str, str]]:
    for name in here.versions:
        other, own = there.versions.get(name, ""), here.versions[name]
        if other != own:
            yield name, other, own


@dataclass(frozen=True)
class Guarded:
    """A task for a worker that was found fit; it looks once more, as a new process may have its address.

    Attributes
    ----------
    task : Task
        What is done.
    sample : Span
        Patients that were compared.
    wanted : Probe
        What every worker must answer.
    """

    task: Task
    sample: Span
    wanted: Probe

    def chunk(self, span: Span) -> bytes:
        """The bytes of a chunk.

        Raises
        ------
        SimulationError
            If this process would give other bits.
        DeqiError
            As `deqi.execution.task.make_chunk`.
        """
        # A process that was asked before remembers its answers.
        if why := difference(probe(self.task, self.sample), self.wanted, self.sample):
            raise SimulationError(f"a worker may give other bits: {why}", where=spoken([span]))
        return self.task.chunk(span)
