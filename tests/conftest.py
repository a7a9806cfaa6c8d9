"""Settings shared by all tests."""

import os
from pathlib import Path

from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")
# Machine code is made once for all tests, and not in the cache of whoever runs them.
os.environ.setdefault("DEQI_CACHE", str(Path(__file__).parent.parent / ".pytest_cache" / "deqi"))
# The machines that run tests differ in speed; a slow example is no fault.
settings.register_profile("deqi", deadline=None, derandomize=True)
settings.load_profile("deqi")
