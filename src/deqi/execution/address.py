"""Where a run lies: a folder of this machine, or an address of a store that fsspec reaches (`s3://..`).

`Address` offers the few things that this package asks of a `pathlib.Path`, so that code
reads the same for both. What goes wrong is an `OSError` with words, as with a disk.

A file appears whole or not at all as far as the store allows. Object stores show an
object when all of it has come. Elsewhere a file is written beside its place and
moved there, which servers do in one step or not. What is half there is noticed in
any case: a chunk's name carries the hash of its bytes.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from deqi.errors import FileError

# Stores of objects: no folders to make, and an object is there when all of it has come.
_OBJECTS = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "ocilake", "memory"}
_LOCAL = ("file://", "local://")


@dataclass(frozen=True, order=True)
class Address:
    """A file or folder of a store.

    Attributes
    ----------
    url : str
        As fsspec has it, with a protocol.

    Examples
    --------
    >>> run = Address("memory://lab/run")
    >>> str(run / "chunks"), (run / "chunks").name
    ('memory://lab/run/chunks', 'chunks')
    """

    url: str

    def __str__(self) -> str:
        return self.url

    def __truediv__(self, name: str) -> Address:
        return Address(f"{self.url.rstrip('/')}/{name}")

    @property
    def name(self) -> str:
        """The last part."""
        return self.url.rstrip("/").rpartition("/")[2]

    @property
    def parent(self) -> Address:
        """The folder that it is in."""
        return Address(self.url.rstrip("/").rpartition("/")[0])

    @property
    def protocol(self) -> str:
        """How the store is reached."""
        return self.url.partition("://")[0]

    def mkdir(self, parents: bool = False, exist_ok: bool = False) -> None:
        """Make a folder, where there is such a thing."""
        store, path = self._reach()
        if self.protocol not in _OBJECTS:
            with _in_words():
                store.makedirs(path, exist_ok=True)

    def iterdir(self) -> Iterator[Address]:
        """What is in a folder; nothing if there is none: in a store of objects that is the same."""
        store, path = self._reach()
        with _in_words():
            # Others may have written since it was listed last.
            store.invalidate_cache()
            try:
                found = store.ls(path, detail=False)
            except FileNotFoundError:
                return
        for entry in found:
            name = str(entry).rstrip("/").rpartition("/")[2]
            # A folder may list itself.
            if name and name != self.name:
                yield self / name

    def exists(self) -> bool:
        """Whether there is such a file or folder."""
        store, path = self._reach()
        with _in_words():
            store.invalidate_cache()
            return bool(store.exists(path))

    def is_dir(self) -> bool:
        """Whether there is such a folder."""
        store, path = self._reach()
        with _in_words():
            store.invalidate_cache()
            return bool(store.isdir(path))

    def read_bytes(self) -> bytes:
        """All of a file."""
        store, path = self._reach()
        with _in_words():
            return bytes(store.cat_file(path))

    def read_text(self, encoding: str = "utf-8") -> str:
        """All of a file, as text."""
        return self.read_bytes().decode(encoding)

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove a file."""
        store, path = self._reach()
        try:
            with _in_words():
                store.rm_file(path)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def put(self, content: bytes, part: str) -> None:
        """Write a file, by way of one named `part` where half of it could be seen."""
        store, path = self._reach()
        with _in_words():
            if self.protocol in _OBJECTS:
                store.pipe_file(path, content)
                return
            beside = f"{path.rpartition('/')[0]}/{part}"
            try:
                store.pipe_file(beside, content)
                store.mv(beside, path)
            except BaseException:
                if store.exists(beside):
                    store.rm_file(beside)
                raise

    def put_once(self, content: bytes, part: str) -> bool:
        """Write a file unless one of that name is there; whether it was written.

        Of processes that begin in the same instant two may believe they were first, where the store
        cannot refuse to write over what is there.
        """
        store, path = self._reach()
        if self.exists():
            return False
        if self.protocol not in _OBJECTS:
            self.put(content, part)
            return True
        try:
            with _in_words():
                store.pipe_file(path, content, mode="create")
        except FileExistsError:
            return False
        except OSError as error:
            if not isinstance(error.__cause__, NotImplementedError | TypeError | ValueError):
                raise
            # The driver knows no such mode.
            self.put(content, part)
        return True

    def _reach(self) -> tuple[Any, str]:
        """The store, and the place in it.

        Raises
        ------
        FileError
            If no installed package reaches it.
        """
        try:
            store, path = import_module("fsspec.core").url_to_fs(self.url)
        except ImportError as error:
            raise FileError(f"cannot be reached: {error}", where=self.url) from error
        except Exception as error:
            # Drivers differ in what they raise: no such protocol, no credentials, no such host.
            raise FileError(f"cannot be reached: {_said(error)}", where=self.url) from error
        return store, str(path)


#: A folder or file, here or in a store.
Place = Path | Address


def place_of(out: str | Path | Address) -> Place:
    """What was given as the place of a run.

    Raises
    ------
    FileError
        If it is an address that names no folder, or one within another.

    Examples
    --------
    >>> place_of("file:///tmp/run"), place_of("s3://lab/run")
    (PosixPath('/tmp/run'), Address(url='s3://lab/run'))
    """
    if not isinstance(out, str):
        return out
    if out.startswith(_LOCAL):
        return Path("/" + out.partition("://")[2].lstrip("/"))
    protocol, mark, rest = out.partition("://")
    if not mark:
        return Path(out)
    if "::" in out:
        raise FileError(
            "is an address within another, which is not written to",
            where=out,
            fix="give that of a folder",
        )
    if not protocol or not rest.strip("/"):
        raise FileError(
            "names no folder", where=out, fix="write s3://bucket/run, or a folder of this machine"
        )
    return Address(out.rstrip("/"))


@contextmanager
def _in_words() -> Iterator[None]:
    """Every error of a store as an `OSError` with words: drivers raise what their libraries raise."""
    try:
        yield
    except (FileNotFoundError, FileExistsError):
        raise
    except OSError as error:
        if error.strerror:
            raise
        raise OSError(errno.EIO, _said(error)) from error
    except Exception as error:
        raise OSError(errno.EIO, _said(error)) from error


def _said(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(": ")
