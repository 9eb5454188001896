"""What `salus hospital attest` and `file` say of a run, and how it ends."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from salus.base.days import moment_words
from salus.base.errors import InputError
from salus.claim.batch import Batch
from salus.cli.output import err, out
from salus.provider.outbox import Outbox
from salus.provider.report import Report


def show_report(report: Report) -> None:
    """A line for each cause why bills were not signed, and a table of all bills."""
    for line in report.lines():
        err.print(f"  {line}", markup=False)
    table = Table("bills", "outcome", "reason", "billed")
    for outcome, reason, count, billed in report.summary():
        table.add_row(f"{count:,}", outcome, reason.replace("_", " ").lower(), billed)
    if report.rows:
        err.print(table)


def show_signed(report: Report, batch: Batch | None, *, dry_run: bool) -> None:
    """How many bills were signed, and with which signature."""
    out.fact(
        new=report.new,
        corrected=report.revised,
        attested_before=report.known,
        left_out=len(report.left_out),
        held_back=len(report.held_back),
        problems=len(report.problems),
    )
    would = "would be attested" if dry_run else "attested"
    held_back = f", {len(report.held_back)} held back" if report.held_back else ""
    out.print(
        f"{report.new} new and {report.revised} corrected lines {would}, {report.known} were attested "
        f"before, {len(report.left_out)} bills left out{held_back} for the reasons above."
    )
    if batch:
        root, until = batch.attestation.root.hex(), moment_words(batch.attestation.expires_at)
        out.fact(root=f"0x{root}", expires_at=batch.attestation.expires_at)
        out.print(f"One signature over {len(batch)} lines, root 0x{root}, good until {until}.")


def show_held_back(box: Outbox) -> None:
    """How many signed bills are not filed because they may have been signed before."""
    held_back = box.held_back()
    if held_back:
        examples = ", ".join(dict.fromkeys(held.line.bill for held in held_back[:3]))
        way_out = (
            "attest with --release what is a bill of its own"
            if any(held.doubt.can_be_released for held in held_back)
            else "to correct one, withdraw what was signed first"
        )
        out.print(
            f"Held back: {len(held_back)} that may have been signed before under another key or number, such "
            f"as {examples}. `status` says why; {way_out}.",
            markup=False,
        )


def check_report(report: Report, file: Path | None) -> None:
    """Raises InputError if a bill or a file needs somebody."""
    problems, held_back = len(report.problems), len(report.to_compare)
    faults = [
        *([f"{problems} bills or files are at fault"] if problems else []),
        *([f"{held_back} bills are held back"] if held_back else []),
    ]
    if faults:
        each = "each is a row of the report" if file else "--report gives a row for each"
        raise InputError(
            f"{' and '.join(faults)}, for the causes above",
            remedy=f"correct them and run again: what is attested stays so; {each}",
        )
