"""Models and patients: the assembly of all mechanisms, and the persons it stands for."""

from deqi.models.needling import needling_analgesia
from deqi.models.patient import Patient, load_patient, patients
from deqi.models.schema import parameter_schema

__all__ = ["Patient", "load_patient", "needling_analgesia", "parameter_schema", "patients"]
