"""What a person can try by hand when the demo is over. Its chain is gone by then."""

from __future__ import annotations

from scripts._demo.narration import Teller

ACTIVATE = ". .venv/bin/activate"
TRY = (
    ("what the family's plan promises", "salus insurer check-table --table family"),
    (
        "a chain of your own, which stays until `salus chain stop`, and who holds which role on it",
        "salus chain start && salus governor status",
    ),
    (
        "the same year with six other patients",
        "python -m salus.samples --seed 8 --out out/patients && make demo FHIR=out/patients",
    ),
)
"""What each of three commands shows, and the command as it is typed in the clone's folder."""


def tell_what_next(tell: Teller) -> None:
    tell.chapter("7 · Try it by hand")
    tell.say("Once in each shell, in the folder of this clone:")
    tell.say(f"    {ACTIVATE}")
    for shows, command in TRY:
        tell.say(f"{shows[0].upper()}{shows[1:]}:")
        tell.say(f"    {command}")
