"""The large inputs of the benchmarks hold what the small ones hold, again and again

given bundles, repeated to a size
    one Bundle, and a folder of one type in each file, read as many times the same lines
given a child process that reads them
    its peak memory, its CPU time and its bills come back
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks import large_inputs, speed
from benchmarks.peak_memory import PROFILE
from salus import fhir, samples
from salus.base import days
from salus.claim.bill_line import BillLine
from salus.product import shipped


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    invented = samples.generate(7, days.civil_day("2024-01-01"))
    return samples.write(invented, tmp_path_factory.mktemp("samples"))


def _lines(source: Path | list[Path]) -> Counter[tuple[str, int, int]]:
    results = list(fhir.read(source, shipped("family"), profile=PROFILE))
    assert all(isinstance(result, BillLine) for result in results)
    return Counter((one.benefit, one.billed, one.units) for one in results if isinstance(one, BillLine))


def test_large_inputs_repeat_the_lines(paths: list[Path], tmp_path: Path) -> None:
    bundles = large_inputs.load(paths)
    once = _lines(paths)

    def times(number: int) -> dict[tuple[str, int, int], int]:
        return {line: count * number for line, count in once.items()}

    assert _lines(large_inputs.minified(bundles, tmp_path / "a.ndjson")) == once
    size = (tmp_path / "a.ndjson").stat().st_size
    one = large_inputs.one_bundle(bundles, tmp_path / "one.json", size * 5 // 2)
    assert _lines(one) == times(3)
    folder = large_inputs.bulk(bundles, tmp_path / "bulk", size)
    copies = len((folder / "Patient.ndjson").read_bytes().splitlines()) // len(paths)
    assert copies > 1
    assert _lines(folder) == times(copies)


def test_peak_memory_is_measured(paths: list[Path]) -> None:
    found = speed.peak_memory(paths[0])

    assert found["claims"] > 0
    assert 10 < found["peak_mib"] < 200
