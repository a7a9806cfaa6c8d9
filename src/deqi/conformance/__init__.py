"""The conformance battery: what every mechanism, parameter set and protocol must satisfy."""

from deqi.conformance.package import Report, check_package, discover_mechanisms
from deqi.conformance.report import Fault
from deqi.conformance.rules import RULES, check_mechanism

__all__ = ["RULES", "Fault", "Report", "check_mechanism", "check_package", "discover_mechanisms"]
