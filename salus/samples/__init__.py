"""Realistic FHIR R4 bundles of people who do not exist: for demos, tests and a first look at the library.

    python -m salus.samples --seed 7 --out bundles --start 2026-01-01

Six patients (a family of four, a retired teacher, a builder) spend a year in care: visits, pharmacy,
dentist, emergency room, hospital. The same seed and start day give the same bytes; another seed gives other
names, days and amounts. Every Claim reads as a line under the shipped family table. `sell` gives a policy to
file them under, from Python.
"""

from salus.samples.people import Patient, Relation
from salus.samples.sale import Sale, sell
from salus.samples.writer import Sample, generate, write

__all__ = ["Patient", "Relation", "Sale", "Sample", "generate", "sell", "write"]
