"""The whole chain, from needle to pain score: which mechanisms there are, and what feeds what.

Every model of deqi is this assembly; a healthy volunteer and a patient with
sciatica differ in parameters and in the state they start from, not in wiring.
The wires stand in `wires.py`.
"""

from __future__ import annotations

from functools import lru_cache

from deqi.core import Instance, Model
from deqi.mechanisms.brainstem.control_efficiency import ControlEfficiency
from deqi.mechanisms.brainstem.locus_coeruleus import LocusCoeruleus
from deqi.mechanisms.brainstem.non_opioid import NonOpioidRelay
from deqi.mechanisms.brainstem.periaqueductal_grey import PeriaqueductalGrey
from deqi.mechanisms.brainstem.raphe import RapheMagnus
from deqi.mechanisms.brainstem.rostral_medulla import RostralMedulla
from deqi.mechanisms.cortex.cingulate import CingulateCortex
from deqi.mechanisms.cortex.disability import Disability
from deqi.mechanisms.cortex.expectation import Expectation
from deqi.mechanisms.cortex.insula import InsularCortex
from deqi.mechanisms.cortex.mood import Mood
from deqi.mechanisms.cortex.pain_memory import PainMemory
from deqi.mechanisms.cortex.pain_report import PainReport
from deqi.mechanisms.cortex.relaxation import Relaxation
from deqi.mechanisms.cortex.serotonin import SerotoninTone
from deqi.mechanisms.cortex.somatosensory import SomatosensoryCortex
from deqi.mechanisms.cortex.stress import Stress
from deqi.mechanisms.cortex.thalamus import Thalamus
from deqi.mechanisms.drugs.naloxone import Naloxone
from deqi.mechanisms.drugs.nsaid import OralNsaid
from deqi.mechanisms.drugs.opioid import OralOpioid
from deqi.mechanisms.environment import Environment
from deqi.mechanisms.hypothalamus.arcuate import ArcuateEndorphin
from deqi.mechanisms.hypothalamus.enkephalin import HypothalamicEnkephalin
from deqi.mechanisms.hypothalamus.stress_axis import StressAxis
from deqi.mechanisms.needle.adenosine import AdenosineRelease
from deqi.mechanisms.needle.afferent_drive import AfferentDrive
from deqi.mechanisms.needle.convergence import DriveConvergence
from deqi.mechanisms.needle.sensation import NeedleSensation
from deqi.mechanisms.needle.tissue import TissueStrain
from deqi.mechanisms.peptides.beta_endorphin_fluids import BetaEndorphinFluids
from deqi.mechanisms.peptides.csf_enkephalin_dynorphin import CsfPeptide
from deqi.mechanisms.peptides.expression import EnkephalinExpression
from deqi.mechanisms.peptides.store import PeptideStore
from deqi.mechanisms.periphery.autonomic import AutonomicRestraint
from deqi.mechanisms.periphery.cytokines import Cytokines
from deqi.mechanisms.periphery.load import TissueLoad
from deqi.mechanisms.periphery.muscle import MuscleTension
from deqi.mechanisms.periphery.neuropeptides import Neuropeptides
from deqi.mechanisms.periphery.nociceptor import Nociceptors
from deqi.mechanisms.periphery.prostaglandin import Prostaglandin
from deqi.mechanisms.periphery.root import RadicularSource
from deqi.mechanisms.periphery.sensitisation import PeripheralSensitisation
from deqi.mechanisms.receptors.brainstem_signal import BrainstemOpioidSignal
from deqi.mechanisms.receptors.cholecystokinin import Cholecystokinin
from deqi.mechanisms.receptors.delta_opioid import DeltaOpioidBinding
from deqi.mechanisms.receptors.delta_site import DeltaOpioidSite
from deqi.mechanisms.receptors.forebrain_signal import ForebrainOpioidSignal
from deqi.mechanisms.receptors.kappa_opioid import KappaOpioidBinding
from deqi.mechanisms.receptors.kappa_site import KappaOpioidSite
from deqi.mechanisms.receptors.mu_opioid import MuOpioidBinding
from deqi.mechanisms.receptors.mu_site import MuOpioidSite
from deqi.mechanisms.receptors.receptor_number import ReceptorNumber
from deqi.mechanisms.receptors.tolerance import OpioidTolerance
from deqi.mechanisms.spinal.central_sensitisation import CentralSensitisation
from deqi.mechanisms.spinal.descending import DescendingControl
from deqi.mechanisms.spinal.dynorphin import SpinalDynorphin
from deqi.mechanisms.spinal.enkephalin import SpinalEnkephalin
from deqi.mechanisms.spinal.gate import DorsalHornGate
from deqi.mechanisms.spinal.glia import Glia
from deqi.mechanisms.spinal.presynaptic import PresynapticInhibition
from deqi.mechanisms.spinal.wind_up import WindUp
from deqi.mechanisms.striatum.enkephalin import StriatalEnkephalin
from deqi.models.wires import AREAS, SITES, wires


def _instances() -> list[Instance]:
    return [
        Instance("needle.painful", AfferentDrive, "needle.drive"),
        Instance("needle.other", AfferentDrive, "needle.drive"),
        Instance("needle.convergence", DriveConvergence),
        Instance("needle.tissue", TissueStrain),
        Instance("needle.adenosine", AdenosineRelease),
        Instance("needle.sensation", NeedleSensation),
        Instance("periphery.load", TissueLoad),
        Instance("periphery.root", RadicularSource),
        Instance("periphery.autonomic", AutonomicRestraint),
        Instance("periphery.cytokines", Cytokines),
        Instance("periphery.prostaglandin", Prostaglandin),
        Instance("periphery.neuropeptides", Neuropeptides),
        Instance("periphery.sensitisation", PeripheralSensitisation),
        Instance("periphery.muscle", MuscleTension),
        Instance("periphery.nociceptors", Nociceptors),
        Instance("spinal.painful.gate", DorsalHornGate, "spinal.gate"),
        Instance("spinal.painful.wind_up", WindUp, "spinal.wind_up"),
        Instance("spinal.sensitisation", CentralSensitisation),
        Instance("spinal.glia", Glia),
        Instance("spinal.store", PeptideStore),
        *(Instance(f"spinal.{site}.enkephalin", SpinalEnkephalin, "spinal.enkephalin") for site in SITES),
        *(Instance(f"spinal.{site}.dynorphin", SpinalDynorphin, "spinal.dynorphin") for site in SITES),
        *(Instance(f"spinal.{site}.mu", MuOpioidSite, "receptors.mu") for site in SITES),
        *(Instance(f"spinal.{site}.delta", DeltaOpioidSite, "receptors.delta") for site in SITES),
        *(Instance(f"spinal.{site}.kappa", KappaOpioidSite, "receptors.kappa") for site in SITES),
        *(Instance(f"spinal.{site}.terminals", PresynapticInhibition, "spinal.terminals") for site in SITES),
        Instance("spinal.descending", DescendingControl),
        Instance("brainstem.grey", PeriaqueductalGrey),
        Instance("brainstem.medulla", RostralMedulla),
        Instance("brainstem.locus_coeruleus", LocusCoeruleus),
        Instance("brainstem.raphe", RapheMagnus),
        Instance("brainstem.non_opioid", NonOpioidRelay),
        Instance("brainstem.control", ControlEfficiency),
        Instance("brainstem.mu", MuOpioidBinding, "receptors.mu"),
        Instance("brainstem.delta", DeltaOpioidBinding, "receptors.delta"),
        Instance("brainstem.kappa", KappaOpioidBinding, "receptors.kappa"),
        Instance("brainstem.signal", BrainstemOpioidSignal, "receptors.signal"),
        Instance("hypothalamus.arcuate", ArcuateEndorphin),
        Instance("hypothalamus.endorphin_store", PeptideStore),
        Instance("hypothalamus.enkephalin", HypothalamicEnkephalin),
        Instance("hypothalamus.enkephalin_store", PeptideStore, "peptides.enkephalin_store"),
        Instance("hypothalamus.stress_axis", StressAxis),
        Instance("striatum.enkephalin", StriatalEnkephalin),
        Instance("striatum.enkephalin_store", PeptideStore, "peptides.enkephalin_store"),
        Instance("peptides.expression", EnkephalinExpression),
        Instance("fluids.enkephalin", CsfPeptide),
        Instance("fluids.dynorphin", CsfPeptide),
        Instance("fluids.beta_endorphin", BetaEndorphinFluids),
        Instance("receptors.tolerance", OpioidTolerance),
        Instance("receptors.cholecystokinin", Cholecystokinin),
        Instance("receptors.number", ReceptorNumber),
        *(Instance(f"{area}.mu", MuOpioidSite, "receptors.mu") for area in AREAS),
        *(Instance(f"{area}.signal", ForebrainOpioidSignal, "receptors.signal") for area in AREAS),
        Instance("thalamus.relay", Thalamus),
        Instance("somatosensory.cortex", SomatosensoryCortex),
        Instance("cingulate.cortex", CingulateCortex),
        Instance("insula.cortex", InsularCortex),
        Instance("mind.expectation", Expectation),
        Instance("mind.serotonin", SerotoninTone),
        Instance("mind.mood", Mood),
        Instance("mind.stress", Stress),
        Instance("mind.relaxation", Relaxation),
        Instance("mind.memory", PainMemory),
        Instance("pain.report", PainReport),
        Instance("pain.disability", Disability),
        Instance("drugs.opioid", OralOpioid),
        Instance("drugs.naloxone", Naloxone),
        Instance("drugs.nsaid", OralNsaid),
    ]


@lru_cache(maxsize=1)
def needling_analgesia() -> Model:
    """The assembly that every model of deqi stands on.

    Examples
    --------
    >>> model = needling_analgesia()
    >>> model.feeds["spinal.painful.mu.endorphin_free"]
    ('fluids.beta_endorphin.csf', 0.001)
    """
    return Model("needling_analgesia", _instances(), wires(), Environment)
