"""Seconds from 100,000 diagnoses to leaves, root, signature and all proofs on disk, on one core.

    python benchmarks/attest_100k.py [lines]

Prints one JSON object. What was written is then read back, line by line, and each proof checked against the
signed root; the time of that is given apart.
"""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
import time
from pathlib import Path

from eth_account import Account

from salus.claim.attestation import attest
from salus.claim.batch import BatchFile
from salus.crypto.eip712 import Domain
from salus.types import Diagnosis

ISSUED_AT = 1_750_000_000


def diagnoses(count: int) -> list[Diagnosis]:
    """Random lines, none like another."""
    return [
        Diagnosis(
            policy=secrets.token_bytes(32),
            member=secrets.token_bytes(32),
            benefit=secrets.token_bytes(32),
            bill_line=secrets.token_bytes(32),
            case_id=secrets.token_bytes(32),
            record=secrets.token_bytes(32),
            revision=0,
            service_from=20_200 + number % 50,
            service_to=20_200 + number % 50,
            units=1,
            billed=1 + secrets.randbelow(10**7),
            currency="USD",
            flags=0,
        )
        for number in range(count)
    ]


def measure(count: int) -> dict[str, float | int]:
    """Attests, saves and reads back `count` lines."""
    lines = diagnoses(count)
    desk = Domain.claim_desk(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
    signer = Account.create()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "batch.salus"

        began = time.perf_counter()
        batch = attest(
            lines, desk=desk, provider=1, issued_at=ISSUED_AT, expires_at=ISSUED_AT + 86_400, signer=signer
        )
        batch.save(path)
        attested = time.perf_counter() - began

        began = time.perf_counter()
        with BatchFile(path) as stored:
            found = sum(diagnosis == line for (diagnosis, _), line in zip(stored, lines, strict=True))
        checked = time.perf_counter() - began

        if found != count:
            raise SystemExit(f"{count - found} of {count} lines came back changed")
        return {
            "lines": count,
            "attest_100k_s": round(attested, 2),
            "read_back_and_check_s": round(checked, 2),
            "bytes_on_disk": path.stat().st_size,
        }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)))
