"""How fast the library is, on one core."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import large_inputs
from benchmarks.attest_100k import measure
from benchmarks.peak_memory import PROFILE
from salus import fhir, samples
from salus.base import days
from salus.base.errors import FhirError
from salus.claim.bill_line import BillLine
from salus.product import shipped
from tools.places import ROOT

SHARED = ROOT.parent / "shared" / "fhir"
LINES = 100_000
MEGABYTE = 10**6
BUNDLE_SIZE, BULK_SIZE = 300 * MEGABYTE, 1_200 * MEGABYTE


def attest_100k() -> dict[str, float | int]:
    """Seconds from 100,000 diagnoses to leaves, root, signature and all proofs on disk."""
    return measure(LINES)


def fhir_throughput() -> dict[str, Any]:
    """Claims and megabytes in a CPU-second, read from minified NDJSON as hospitals export it and turned into
    bill lines; and the peak memory for large inputs.

    The bundles are those in ../shared/fhir if there are any, else the ones that the project invents.
    """
    with TemporaryDirectory() as folder:
        paths = sorted(path for path in SHARED.glob("*.json") if path.name != "MANIFEST.json")
        name = f"{len(paths)} Synthea patients"
        if not paths:
            paths = samples.write(samples.generate(7, days.civil_day("2024-01-01")), Path(folder, "samples"))
            name = f"{len(paths)} invented patients"
        bundles = large_inputs.load(paths)
        found = throughput(large_inputs.minified(bundles, Path(folder, "bundles.ndjson")), name)
        one = large_inputs.one_bundle(bundles, Path(folder, "one.json"), BUNDLE_SIZE)
        found["one_bundle"] = peak_memory(one)
        one.unlink()
        found["bulk"] = peak_memory(large_inputs.bulk(bundles, Path(folder, "bulk"), BULK_SIZE))
        return found


def throughput(path: Path, name: str) -> dict[str, Any]:
    table = shipped("family")
    results = list(fhir.read(path, table, profile=PROFILE))  # once for what is loaded at first use
    if any(isinstance(result, FhirError) for result in results):
        raise AssertionError(f"not every bundle of {name} can be read")
    rounds, began = 0, time.process_time()
    while time.process_time() - began < 5:
        results = list(fhir.read(path, table, profile=PROFILE))
        rounds += 1
    seconds = (time.process_time() - began) / rounds
    size = path.stat().st_size / MEGABYTE
    return {
        "fhir_claims_per_s": round(len(results) / seconds),
        "fhir_mb_per_s": round(size / seconds, 1),
        "bundles": name,
        "megabytes": round(size, 1),
        "claims": len(results),
        "lines": sum(isinstance(result, BillLine) for result in results),
    }


def peak_memory(source: Path) -> dict[str, int | float]:
    """What a process of its own needs to read a large input to its end."""
    files = [source] if source.is_file() else list(source.iterdir())
    size = sum(file.stat().st_size for file in files)
    command = [sys.executable, "-m", "benchmarks.peak_memory", str(source)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return {"megabytes": round(size / MEGABYTE), **json.loads(done.stdout)}
