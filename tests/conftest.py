"""Settings shared by all tests."""

import os

from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")
# The machines that run tests differ in speed; a slow example is no fault.
settings.register_profile("deqi", deadline=None, derandomize=True)
settings.load_profile("deqi")
