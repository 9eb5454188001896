"""Peak memory and CPU time of reading FHIR records to their end, as one JSON object.

python -m benchmarks.peak_memory PATH
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from pathlib import Path

from salus import fhir
from salus.base.errors import FhirError
from salus.claim.bill_line import BillLine
from salus.product import shipped

PROFILE = fhir.Profile(organizations="any", payers="any", total_may_differ="off")
"""Synthea's totals are not the sums of their items."""


def main(path: str) -> None:
    kinds = Counter(type(result) for result in fhir.read(path, shipped("family"), profile=PROFILE))
    if kinds[FhirError]:
        raise SystemExit(f"{path}: not everything can be read")
    print(
        json.dumps(
            {
                "peak_mib": round(_peak_kib() / 1024),
                "cpu_s": round(time.process_time(), 1),
                "claims": kinds[BillLine] + kinds[fhir.Refused],
            }
        )
    )


def _peak_kib() -> int:
    """On Linux from /proc: `ru_maxrss` there also counts the process that started this one."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


if __name__ == "__main__":
    main(sys.argv[1])
