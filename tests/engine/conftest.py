"""A cache of their own for the engine's tests, and the toys that they share."""

import os
import sys
from pathlib import Path

import pytest

# Test modules, and the processes that some of them start, import `engine_toys` from here.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def engine_cache(tmp_path_factory):
    """No test reads or writes the user's cache; all share one folder, so a model is compiled once."""
    before = os.environ.get("DEQI_CACHE")
    folder = tmp_path_factory.mktemp("objects")
    os.environ["DEQI_CACHE"] = str(folder)
    yield folder
    if before is None:
        del os.environ["DEQI_CACHE"]
    else:
        os.environ["DEQI_CACHE"] = before
