"""Generates realistic FHIR R4 bundles of invented people, for demos, tests and a first look at the library.

    python -m salus.samples --seed 7 --out bundles --start 2026-01-01

Six patients (a family of four, a retired teacher, a builder) receive care for a year: visits, pharmacy,
dentist, emergency room, hospital. The same seed and start day give the same bytes; another seed gives other
names, days and amounts. The folder also gets `hospital.yaml`, the profile under which they are read: with it
every Claim gives a bill line under the shipped family table. `sell` returns a policy to file them under.
"""

from salus.samples.hospital import profile
from salus.samples.people import Patient, Relation
from salus.samples.population import population
from salus.samples.sale import Sale, sell
from salus.samples.writer import Sample, generate, write

__all__ = ["Patient", "Relation", "Sale", "Sample", "generate", "population", "profile", "sell", "write"]
