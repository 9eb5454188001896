"""Runs `python -m salus.samples --seed 7 --out folder --start 2026-01-01`."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from salus.base import days
from salus.base.errors import SalusError
from salus.fhir.profile import FILE
from salus.samples import generate, write


def main(
    out: Annotated[
        Path, typer.Option(help="The folder for the files, one for each patient, and hospital.yaml.")
    ],
    seed: Annotated[int, typer.Option(help="The same seed and start give the same files.")] = 7,
    start: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day of the year of care; by default, a year ago."),
    ] = None,
) -> None:
    """Write FHIR R4 bundles of six invented patients and their year of care."""
    first = days.of_date(start.date()) if start else days.latest_day() - 366
    try:
        paths = write(generate(seed, first), out)
    except SalusError as error:
        typer.echo(f"samples: {error}", err=True)
        raise typer.Exit(1) from None
    year = days.to_date(first)
    typer.echo(f"{len(paths)} bundles for the year from {year} are in {out}, with the profile {FILE}")


if __name__ == "__main__":
    typer.run(main)
