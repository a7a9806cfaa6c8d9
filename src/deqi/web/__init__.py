"""The web application: the same model, defaults and results as the command line, in a browser.

It runs on this machine, and asks no other. Pages are HTML with small ES modules;
whatever they show can be had as JSON (``/api/openapi.json``).

| file | idea |
|---|---|
| `settings` | where it listens, where it keeps jobs, what it refuses |
| `app` | all of it put together |
| `pages` | templates, and the pages that the navigation shows |
| `security`, `body`, `users` | who may ask what, from where, how much |
| `errors` | what was wrong, as JSON or as a page |
| `jobs/` | long work: a queue in SQLite, and processes that do it |
| `api/` | JSON |
| `session`, `course`, `evidence`, `model`, `patient`, `about` | pages |
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deqi.web.app import create_app
    from deqi.web.settings import Limits, Settings

__all__ = ["Limits", "Settings", "create_app"]

# A worker, and a command that is refused, need no server: what does is loaded when it is used.
_HOME = {"Limits": "settings", "Settings": "settings", "create_app": "app"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'deqi.web' has no attribute '{name}'")
    return getattr(import_module(f"deqi.web.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
