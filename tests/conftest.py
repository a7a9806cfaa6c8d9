"""Settings shared by all tests."""

import ctypes
import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")
# Machine code is made once for all tests, and not in the cache of whoever runs them.
os.environ.setdefault("DEQI_CACHE", str(Path(__file__).parent.parent / ".pytest_cache" / "deqi"))
# The machines that run tests differ in speed; a slow example is no fault.
settings.register_profile("deqi", deadline=None, derandomize=True)
settings.load_profile("deqi")


# Linux capabilities 1 and 2: to write, and to read, whatever permissions say.
_ABOVE_PERMISSIONS = 0b110
_CAPABILITY_VERSION = 0x20080522


@pytest.fixture
def permissions_hold():
    """For the superuser too, who otherwise may read and write everything."""
    libc = ctypes.CDLL(None, use_errno=True)
    # What may be done (first of three), for the lower and the upper 32 capabilities.
    header, sets = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, sets) == 0
    before = sets[0]
    sets[0] = before & ~_ABOVE_PERMISSIONS
    assert libc.capset(header, sets) == 0
    yield
    sets[0] = before
    assert libc.capset(header, sets) == 0
