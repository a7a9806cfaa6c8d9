"""Leaving out what is not there: exact, refused where it would not be, and nobody else's business."""

import numpy as np
import pytest
from engine_toys import tiny_model  # noqa: F401

from deqi import needling_analgesia
