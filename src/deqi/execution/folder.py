"""The folder of a run: what was asked for, and how much of it is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from deqi.errors import FileError, SimulationError
from deqi.execution.address import Place, place_of
from deqi.execution.chunks import Sound, chunk_files, examine
from deqi.execution.digest import Columns, content_digest
from deqi.execution.manifest import Manifest, read_manifest, run_key
from deqi.execution.parquet import decode
from deqi.execution.spans import Span, spans_of, spoken

_AGAIN = "give the same command again, with --resume"


@dataclass(frozen=True)
class RunFolder:
    """A folder of a run as it was found; get one from `execute`, or from `RunFolder.open`.

    Attributes
    ----------
    place : Path or Address
        The folder.
    manifest : dict
        ``format``, ``described`` (by whoever ran it), ``patients`` and ``chunk`` [patients].
    chunks : mapping of Span to Path or Address
        A sound file of each range that is done, in order.
    damaged : mapping of Span to mapping of Path or Address to str
        Files that cannot be used, and why.
    notices : tuple of str
        What the user should know: chunks that are damaged, or were and have been done again.

    Examples
    --------
    >>> import tempfile
    >>> import pyarrow as pa
    >>> from deqi.execution import execute
    >>> def work(first, stop, threads):
    ...     return pa.table({"patient": range(first, stop)})
    >>> with tempfile.TemporaryDirectory() as out:
    ...     digest = execute(work, described={"seed": 1}, patients=5, chunk=2, out=out).digest()
    ...     found = RunFolder.open(out)
    ...     found.manifest["described"], found.finished, found.digest() == digest
    ({'seed': 1}, True, True)
    """

    place: Place
    manifest: Manifest
    chunks: Mapping[Span, Place]
    damaged: Mapping[Span, Mapping[Place, str]]
    notices: tuple[str, ...] = ()

    @classmethod
    def open(cls, path: str | Place) -> RunFolder:
        """Read what a folder holds; every chunk is checked.

        Raises
        ------
        FileError
            If it is no folder of a run, or cannot be read.
        SimulationError
            If it shows that the work was not pure: one range has two results, or columns differ
            between ranges.
        """
        folder = place_of(path)
        manifest = read_manifest(folder)
        key, spans = run_key(manifest), set(spans_of(manifest["patients"], manifest["chunk"]))
        chunks: dict[Span, Place] = {}
        damaged: dict[Span, dict[Place, str]] = {}
        notices: list[str] = []
        columns: dict[Columns, Span] = {}
        for span, files in chunk_files(folder).items():
            if span not in spans:
                notices += [f"{file.name} has no place in this run, and is left out" for file in files]
                continue
            sound: dict[Place, Sound] = {}
            for file in files:
                found = examine(file, span, key)
                if isinstance(found, Sound):
                    sound[file] = found
                    columns.setdefault(found.columns, span)
                elif found is not None:
                    damaged.setdefault(span, {})[file] = found
                    notices.append(f"{file.name} {found}")
            if sound:
                _check_alike(folder, span, sound)
                chunks[span] = min(sound, key=str)
        _check_columns(folder, columns)
        return cls(folder, manifest, chunks, damaged, tuple(notices))

    @property
    def path(self) -> Path:
        """The folder, if it is one of this machine.

        Raises
        ------
        FileError
            If the run lies at an address.
        """
        if isinstance(self.place, Path):
            return self.place
        raise FileError("is no folder of this machine", where=str(self.place), fix="give such an --out")

    @cached_property
    def ranges(self) -> tuple[Span, ...]:
        """All ranges of the run, done or not, in order."""
        return spans_of(self.manifest["patients"], self.manifest["chunk"])

    @property
    def missing(self) -> tuple[Span, ...]:
        """Ranges without a sound chunk, in order."""
        return tuple(span for span in self.ranges if span not in self.chunks)

    @property
    def finished(self) -> bool:
        """Whether every range has a sound chunk."""
        return len(self.chunks) == len(self.ranges)

    def table(self) -> Any:
        """The rows of all patients, in order.

        Returns
        -------
        pyarrow.Table

        Raises
        ------
        FileError
            If the run is not finished, or a chunk was damaged since the folder was opened.
        """
        import pyarrow as pa

        return pa.concat_tables(list(self._tables()))

    def digest(self) -> str:
        """SHA-256 of the whole table, as hexadecimal digits: the same whatever the chunks.

        Names, types and values count, in the order of rows. Errors as in `table`.
        """
        return content_digest(self._tables())

    def unfinished(self, fix: str = _AGAIN) -> FileError:
        """The error that says how far the run is."""
        done = f"{len(self.chunks)} of {len(self.ranges)} chunks"
        bad = f", {len(self.damaged)} damaged" if self.damaged else ""
        return FileError(f"holds an unfinished run ({done}{bad})", where=str(self.place), fix=fix)

    def _tables(self) -> Iterator[Any]:
        if not self.finished:
            raise self.unfinished()
        key = run_key(self.manifest)
        for span, file in self.chunks.items():
            found = examine(file, span, key)
            if not isinstance(found, Sound):
                raise FileError(found or "has been removed", where=str(file), fix=_AGAIN)
            yield decode(found.content)


def _check_alike(folder: Place, span: Span, sound: Mapping[Place, Sound]) -> None:
    """Files of one range may differ in bytes (another version of pyarrow), not in what they say."""
    if len(sound) > 1 and len({content_digest([decode(s.content)]) for s in sound.values()}) > 1:
        raise SimulationError(
            f"{spoken([span])} came out in two ways ({' and '.join(sorted(f.name for f in sound))}): "
            "the work depends on more than the range",
            where=str(folder),
            fix="mend what makes it so, and choose another --out",
        )


def _check_columns(folder: Place, columns: Mapping[Columns, Span]) -> None:
    if len(columns) > 1:
        (one, here), (other, there) = list(columns.items())[:2]
        unlike = ", ".join(sorted({name for name, _ in set(one) ^ set(other)})) or "their order"
        raise SimulationError(
            f"columns of {spoken([here])} and {spoken([there])} differ: {unlike}",
            where=str(folder),
            fix="the work must give the same columns for every range",
        )
