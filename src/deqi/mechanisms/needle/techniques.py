"""Needling techniques, and the steps from one needle to what a body is given.

These mechanisms have no memory, and their inputs change only when a needle
goes in or out. They are therefore evaluated while a protocol is laid out in
time, and not at each step of a course.
"""

from collections.abc import Mapping
from types import MappingProxyType

from deqi.core import Instance
from deqi.mechanisms.needle.depth import DepthProfile
from deqi.mechanisms.needle.electrical_recruitment import ElectricalRecruitment
from deqi.mechanisms.needle.frequency_code import FrequencyCode
from deqi.mechanisms.needle.mechanical_recruitment import MechanicalRecruitment
from deqi.mechanisms.needle.summation import SpatialSummation

#: Recruitment by technique; the key is the technique's name in a protocol.
TECHNIQUES: Mapping[str, Instance] = MappingProxyType(
    {
        "manual": Instance("needle.manual", MechanicalRecruitment),
        "retained": Instance("needle.retained", MechanicalRecruitment),
        "superficial": Instance("needle.superficial", MechanicalRecruitment),
        "touch": Instance("needle.touch", MechanicalRecruitment),
        "dry": Instance("needle.dry", MechanicalRecruitment),
        "electrical": Instance("needle.electrical", ElectricalRecruitment),
    }
)

DEPTH = Instance("needle.depth", DepthProfile)
CODE = Instance("needle.code", FrequencyCode)
SUMMATION = Instance("needle.summation", SpatialSummation)

#: Every instance that is evaluated while a protocol is laid out.
STIMULUS: tuple[Instance, ...] = (*TECHNIQUES.values(), DEPTH, CODE, SUMMATION)
