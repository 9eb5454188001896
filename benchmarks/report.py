"""Writes benchmarks/results.json, and the tables of docs/benchmarks.md from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.snapshot import BYTE_LIMIT, Snapshot
from tools.places import ROOT

RESULTS = Path(__file__).with_name("results.json")
PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: {} -->", "<!-- end -->"

TARGETS = {
    "claim_paid_existing": (
        165_000,
        "Ensuro v3 189,186 (no attestation); GIF v2 1,211,487 in 4 transactions; floor 93,884",
    ),
    "claim_paid_fresh": (182_000, "Ensuro v3 206,286; floor 110,984"),
    "claim_batch100_per_line": (90_000, "EAS 165,966, only to attest 32 bytes in a batch of 100"),
    "policy_issue": (165_000, "Ensuro v3 276,541; GIF v2 1,194,356 in 2 transactions"),
    "claim_denied": (None, "GIF v2 510,582, with an oracle that answers at once"),
}


def update(found: Mapping[str, Any]) -> None:
    """Puts new results beside those that stand, and rewrites the page."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    snapshot = Snapshot.load()
    results |= {"settings": vars(snapshot.settings), "gas": snapshot.gas, "bytes": snapshot.bytes, **found}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")

    page = PAGE.read_text(encoding="utf-8")
    for name, lines in tables(results).items():
        page = replace_table(page, name, lines)
    PAGE.write_text(page, encoding="utf-8")


def tables(results: Mapping[str, Any]) -> dict[str, list[str]]:
    """Markdown by the name of the place that it goes to."""
    made = {"settings": settings(results), "gas": gas(results["gas"]), "sizes": sizes(results["bytes"])}
    if "gas_breakdown" in results:
        made["breakdown"] = breakdown("`claim_paid_existing`", results["gas_breakdown"])
    if "gas_breakdown_of_line" in results:
        made["breakdown of line"] = breakdown("one more line of 100", results["gas_breakdown_of_line"])
    if "growth" in results:
        made["growth"] = growth(results["growth"])
    if "attest" in results and "fhir" in results:
        made["speed"] = speed(results["attest"], results["fhir"], results.get("demo", {}))
    return made


def replace_table(page: str, name: str, lines: Iterable[str]) -> str:
    """The page with the text between the two marks of that name replaced. Raises ValueError without them."""
    begin = BEGIN.format(name)
    before, rest = page.split(begin, 1)
    _, after = rest.split(END, 1)
    return "\n".join([before + begin, *lines, END + after])


def settings(results: Mapping[str, Any]) -> list[str]:
    stated = results["settings"]
    return [
        f"solc {stated['compiler']}, EVM `{stated['evm_version']}`, "
        f"optimizer with {stated['optimizer_runs']} runs, "
        f"no `viaIR`; Anvil with hard fork `{stated['hard_fork']}`."
    ]


def gas(figures: Mapping[str, int]) -> list[str]:
    rows = []
    for name, figure in figures.items():
        target, peers = TARGETS.get(name, (None, ""))
        aim = f"{target:,}" if target else ""
        rows.append((f"`{name}`", f"{figure:,}", aim, peers))
    return table(("scenario", "gas", "target", "for comparison"), rows)


def breakdown(what: str, parts: Mapping[str, int]) -> list[str]:
    whole = sum(parts.values())
    ordered = sorted(parts.items(), key=lambda entry: -entry[1])
    rows = [(part, f"{cost:,}", f"{100 * cost / whole:.1f} %") for part, cost in ordered]
    return table((f"part of {what}", "gas", "share"), [*rows, ("**all**", f"{whole:,}", "")])


def growth(figures: Mapping[str, Mapping[str, int]]) -> list[str]:
    rows = [
        (f"{int(size):,}", f"{found['claim_paid_existing']:,}", f"{found['policy_issue']:,}")
        for size, found in figures.items()
    ]
    return table(("policies and claims", "one more claim", "one more policy"), rows)


def sizes(found: Mapping[str, int]) -> list[str]:
    rows = [(f"`{name}`", f"{size:,}", f"{BYTE_LIMIT - size:,}") for name, size in found.items()]
    return table(("contract", "bytes of code", f"left of {BYTE_LIMIT:,}"), rows)


def speed(attest: Mapping[str, Any], fhir: Mapping[str, Any], demo: Mapping[str, Any]) -> list[str]:
    batch = (
        f"{attest['lines']:,} lines to leaves, root, signature and all proofs on disk, "
        f"{attest['bytes_on_disk'] / 10**6:.0f} MB; "
        f"read back and checked in {attest['read_back_and_check_s']} s"
    )
    bundles = (
        f"{fhir['bundles']}, {fhir['megabytes']} MB: "
        f"{fhir['claims']:,} claims, of which {fhir['lines']:,} became lines"
    )
    rows = [
        ("`attest_100k_s`", f"{attest['attest_100k_s']} s", "≤ 40 s", batch),
        ("`fhir_claims_per_s`", f"{fhir['fhir_claims_per_s']:,} claims/s", "≥ 1,500 claims/s", bundles),
        ("`fhir_mb_per_s`", f"{fhir['fhir_mb_per_s']} MB/s", "", "the same, as minified NDJSON"),
    ]
    for key, what in (("one_bundle", "one Bundle in one document"), ("bulk", "a folder of Bulk Data")):
        found = fhir[key]
        of_what = f"{what}, {found['megabytes']:,} MB: {found['claims']:,} claims in {found['cpu_s']} s"
        rows.append((f"`{key}`", f"{found['peak_mib']} MiB at most", "≤ 200 MiB", of_what))
    if demo:
        rows.append(("`demo_s`", f"{demo['demo_s']} s", "< 60 s", "`make demo` beside Ganache, after set-up"))
    return table(("measure", "one core", "target", "of what"), rows)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows)]
