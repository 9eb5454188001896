"""How fast the library is, on one core."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.attest_100k import measure
from salus import fhir, samples
from salus.base import days
from salus.base.errors import FhirError
from salus.claim.bill_line import BillLine
from salus.product import shipped
from tools.places import ROOT

SHARED = ROOT.parent / "shared" / "fhir"
LINES = 100_000
MEGABYTE = 10**6


def attest_100k() -> dict[str, float | int]:
    """Seconds from 100,000 diagnoses to leaves, root, signature and all proofs on disk."""
    return measure(LINES)


def fhir_throughput() -> dict[str, float | int | str]:
    """Megabytes of FHIR bundles in a second, read from disk, validated and turned into bill lines.

    The bundles are those in ../shared/fhir if there are any, else the ones that the project invents.
    """
    if bundles := sorted(path for path in SHARED.glob("*.json") if path.name != "MANIFEST.json"):
        return throughput(bundles, f"{len(bundles)} Synthea patients")
    with TemporaryDirectory() as folder:
        bundles = samples.write(samples.generate(7, days.civil_day("2026-01-01")), folder)
        return throughput(bundles, f"{len(bundles)} invented patients")


def throughput(bundles: list[Path], name: str) -> dict[str, float | int | str]:
    table = shipped("family")
    size = sum(path.stat().st_size for path in bundles)
    results = list(fhir.read(bundles, table))  # once for what is loaded at first use
    if any(isinstance(result, FhirError) for result in results):
        raise AssertionError(f"not every bundle of {name} can be read")
    rounds, began = 0, time.process_time()
    while time.process_time() - began < 5:
        results = list(fhir.read(bundles, table))
        rounds += 1
    seconds = (time.process_time() - began) / rounds
    return {
        "fhir_mb_per_s": round(size / MEGABYTE / seconds, 1),
        "bundles": name,
        "megabytes": round(size / MEGABYTE, 1),
        "claims": len(results),
        "lines": sum(isinstance(result, BillLine) for result in results),
    }
