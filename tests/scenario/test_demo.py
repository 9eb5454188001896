"""scripts.demo: the whole demo, as `make demo` runs it

when the demo is run with the project's own patients
    every promised scene should take place on the chain, with few transactions
    the amounts that it prints should be those on the chain
    it should leave a letter and FHIR for each member, a picture and a summary
    its output should contain no name and no code
    an auditor should find that nothing differs, and export it with totals that tie and no name or code
given everything that the chain shows of it (Law 10)
    no name, birth date, number or code should be there, in clear, in hex or as a plain hash
    an attacker with the tables, all codes and the chain, but no card, should guess no better than chance
    the owner of a card should be able to name all benefits of that member, and of nobody else
    the attack should succeed if names were hashed plainly
given a folder of records
    the 365 days with most bills should be the policy year, and the clock should begin shortly before
    every scene should find a bill, and unusable records should be reported without naming a file
    a scene that the records do not allow should be named
given files that are not records, or a chain whose clock is too late
    it should say so in one sentence

SPECIFICATION X1, X2, X4.
"""

from __future__ import annotations

import json
import math
import re
import time
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from brownie import web3
from fhir.resources.R4B import get_fhir_model_class
from rich.console import Console

from salus import product, samples
from salus.auditor.export import export
from salus.auditor.verification import verify
from salus.base.codes import DUPLICATE
from salus.base.days import to_date, utc_day
from salus.base.errors import FhirError, InputError
from salus.chain import Chain, claims, events
from salus.product import Table
from salus.types import ClaimStatus, SkipReason
from scripts import demo
from scripts._demo.cast import SEED, from_folder
from scripts._demo.clock import DAY, DAYS_AHEAD, clock
from scripts._demo.narration import Teller
from scripts._demo.results import not_shown
from scripts._demo.scenes import choose
from scripts._demo.year import Shown
from tests.support import secrets_of
from tests.support.attacker import Attacker, Guess
from tests.support.onlooker import Seen, look
from tests.support.paper import Paper, needs_pango

MOST_TRANSACTIONS = 80
"""The demo's time goes with their number. `make bench` publishes the time."""
SHARED = Path(__file__).parents[3] / "shared" / "fhir"


@dataclass(frozen=True)
class Seat:
    """What the demo leaves: its outcome, its output, its files and its patients."""

    played: demo.Played
    output: str
    folder: Path
    patients: tuple[samples.Sample, ...]

    @property
    def chain(self) -> Chain:
        return self.played.world.chain

    @property
    def summary(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / "summary.json").read_text())
        return content


@pytest.fixture(scope="module")
def seat(module_isolation: None, tmp_path_factory: pytest.TempPathFactory) -> Seat:
    folder, output = tmp_path_factory.mktemp("demo"), StringIO()
    start = utc_day(web3.eth.get_block("latest")["timestamp"]) + DAYS_AHEAD
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALUS_DEPLOYMENTS", str(folder / "deployments"))
        played = demo.play(None, folder, Teller(Console(file=output, width=200)))
    return Seat(played, output.getvalue(), folder, samples.generate(SEED, start))


@pytest.fixture(scope="module")
def seen(seat: Seat) -> Seen:
    return look(seat.chain.w3)


@pytest.fixture(scope="module")
def secrets(seat: Seat) -> set[str]:
    """Returns the secrets of the patients, and the names of all benefits and groups."""
    rows = [row for name in ("family", "critical-illness") for row in product.shipped(name)]
    clinical = {secret for sample in seat.patients for secret in secrets_of.of_bundle(sample.bundle)}
    named = {f"{sample.patient.given} {sample.patient.family}" for sample in seat.patients}
    public = {"official", "active", "normal", "claim"}
    return (clinical | named | {row.code for row in rows} | {row.title for row in rows}) - public


# THE STORY


def test_an_auditor_finds_no_difference(seat: Seat, secrets: set[str], tmp_path: Path) -> None:
    found = verify(seat.chain)

    assert [(row.subject, row.what, *row.words) for row in found.report.differences] == []
    assert len(found.report.rows) > 300
    written = export(found.books, tmp_path / "books")
    assert written.untied == []
    content = b"".join(path.read_bytes() for path in written.paths)
    words = {word.decode() for word in re.split(rb"[^\w.-]+", content)}
    # five digits of a code stand in a hash by chance, but are no word there
    assert secrets & words == set()
    assert secrets_of.readable(content, {secret for secret in secrets if len(secret) > 6}) == set()


def test_every_scene_takes_place(seat: Seat) -> None:
    summary, shown = seat.summary, seat.played.shown

    assert summary["notShown"] == []
    assert len(summary["policies"]) == 3
    assert summary["policies"][0]["members"] == 4
    assert summary["claims"]["byOutcome"]["denied"]["count"] >= 2
    assert {"PR-179", "CO-29"} <= set(summary["claims"]["byCode"])
    assert set(shown.denied) == {"PR-179", "CO-29"}
    assert shown.upcoded_found == ["benefit"]
    decided = seat.chain.past(events.ClaimDecided)
    assert shown.rechecked == sum(event.decision.codes != (DUPLICATE,) for event in decided)
    assert summary["money"]["setAside"] == 0


def test_it_sends_few_transactions(seat: Seat) -> None:
    eth = seat.chain.w3.eth
    sent = sum(len(eth.get_block(number)["transactions"]) for number in range(eth.block_number + 1))

    assert sent <= MOST_TRANSACTIONS


def test_every_scene_is_on_the_chain(seat: Seat) -> None:
    chain, shown = seat.chain, seat.played.shown
    skips = {event.transaction: event.reason for event in chain.past(events.ClaimSkipped)}
    decided = {event.transaction: event for event in chain.past(events.ClaimDecided)}
    paid = {event.transaction for event in chain.past(events.ClaimPaid)}
    consents = {event.transaction for event in chain.past(events.ConsentGiven)}
    withdrawn = {event.transaction for event in chain.past(events.ClaimWithdrawn)}

    assert set(shown.held_and_settled) == paid
    assert skips[shown.skipped_then_filed[0]] is SkipReason.NO_CONSENT
    assert shown.skipped_then_filed[1] in consents
    assert skips[shown.replay_refused[0]] is SkipReason.ALREADY_DECIDED
    assert [str(code) for code in decided[shown.billed_twice_denied[0]].decision.codes] == ["OA-18"]
    assert set(shown.denied_with_two_codes) <= set(decided)
    assert shown.withdrawn_and_corrected[0] in withdrawn
    assert decided[shown.withdrawn_and_corrected[1]].service.revision == 1


def test_a_skipped_line_was_filed_again_correctly(seat: Seat) -> None:
    (skipped,) = (
        event for event in seat.chain.past(events.ClaimSkipped) if event.reason is SkipReason.NO_CONSENT
    )

    assert claims.status_of(seat.chain, skipped.claim) is ClaimStatus.PAID


def test_the_summary_lists_real_transactions(seat: Seat) -> None:
    for sent in seat.summary["transactions"]:
        receipt = seat.chain.w3.eth.get_transaction_receipt(sent["hash"])
        assert receipt["status"] == 1
        assert receipt["gasUsed"] == sent["gas"]


def test_the_money_is_where_the_summary_says(seat: Seat) -> None:
    world, money = seat.played.world, seat.summary["money"]
    unit, balance_of = world.pool.unit, world.pool.asset.functions.balanceOf

    holders = [balance_of(sale.holder.address).call() // unit for sale in world.sales]
    assert sum(holders) == money["paid"] > 0
    assert all(holders)
    assert balance_of(world.pool.address).call() // unit == money["balance"]
    assert money["balance"] == money["capital"] + money["premiums"] - money["paid"]


def test_outcomes_add_up(seat: Seat) -> None:
    counts, decided = seat.summary["claims"], list(seat.chain.past(events.ClaimDecided))

    assert sum(outcome["count"] for outcome in counts["byOutcome"].values()) == len(decided)
    billed = sum(event.service.billed for event in decided)
    assert sum(outcome["billed"] for outcome in counts["byOutcome"].values()) == billed


def test_a_letter_for_each_member(seat: Seat) -> None:
    letters = sorted(seat.folder.glob("letter-*.html"))
    parts = [sample.patient.role.value.replace(" ", "-") for sample in seat.patients]

    assert [path.stem.split("-", 2)[2] for path in letters] == parts
    for path, sample in zip(letters, seat.patients, strict=True):
        text = path.read_text()
        assert f"{sample.patient.given} {sample.patient.family}" in text
        assert "This is not a bill." in text
        others = {other.patient.given for other in seat.patients} - {sample.patient.given}
        assert not any(name in text for name in others)


@needs_pango
def test_a_pdf_of_each_letter(seat: Seat) -> None:
    for path in seat.folder.glob("letter-*.html"):
        paper = Paper(path.with_suffix(".pdf").read_bytes())
        (name,) = re.findall(r"<dt>For</dt><dd>([^<]+)<", path.read_text())
        assert name in paper.texts[0]
        assert f"Page {len(paper)} of {len(paper)}" in paper.texts[-1]
        assert min(paper.filled[:-1], default=1) > 0.5


def test_fhir_for_each_member(seat: Seat) -> None:
    bundles = [json.loads(path.read_text()) for path in seat.folder.glob("letter-*.fhir.json")]
    resources = [entry["resource"] for bundle in bundles for entry in bundle["entry"]]

    assert len(bundles) == 6
    assert len(resources) == 2 * len(list(seat.chain.past(events.ClaimDecided)))
    for resource in resources:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def test_the_picture(seat: Seat) -> None:
    text = (seat.folder / "money.svg").read_text()
    root = ElementTree.fromstring(text)

    assert root.tag.endswith("svg")
    assert "Stays in the pool" in text
    assert "href" not in text
    assert not any(sample.patient.family in text for sample in seat.patients)


def test_the_story_names_nobody(seat: Seat) -> None:
    output, rows = seat.output, [row.code for row in product.shipped("family")]

    for chapter in ("1 · Who plays", "3 · Policies", "4 · A year of care", "6 · Look at it"):
        assert chapter in output
    assert "the mother" in output
    for sample in seat.patients:
        assert sample.patient.given not in output
        assert sample.patient.family not in output
        assert sample.patient.birth.isoformat() not in output
    assert not any(code in output for code in rows)
    assert not any(name in output for name in ("J45.909", "S52.501A", "I21.11", "K35.80"))


# LAW 10


def test_nothing_can_be_read(seen: Seen, secrets: set[str]) -> None:
    assert len(secrets) > 150
    for part in (seen.calldata, seen.events, seen.code, seen.storage):
        assert len(part) > 5_000
        assert secrets_of.readable(part, secrets) == set()


def test_the_scan_finds_what_is_there(seat: Seat, seen: Seen) -> None:
    for sale in seat.played.world.sales:
        paid = seat.chain.book.functions.accountOf(sale.file.policy_id).call()[0]
        assert paid.to_bytes(7, "big") in seen.storage
    assert secrets_of.readable(seen.everything, {"Salus PolicyBook"}) == {"Salus PolicyBook"}
    hidden = secrets_of.keccak(b"J45.909")
    assert secrets_of.hashed(seen.calldata + hidden + seen.code, icd_codes()) == {"J45.909"}
    assert secrets_of.readable(seen.events + hidden, {"J45.909"}) == {"J45.909"}


def test_no_code_is_hashed_plainly(seen: Seen) -> None:
    assert secrets_of.hashed(seen.everything, icd_codes()) == set()


def icd_codes() -> list[str]:
    import simple_icd_10_cm

    # chapters ("1" to "22") and ranges of categories are not codes
    codes = [code for code in simple_icd_10_cm.get_all_codes() if len(code) >= 3 and "-" not in code]
    assert len(codes) > 74_000
    return [spelling for code in codes for spelling in (code, code.replace(".", ""))]


TABLES = tuple(product.shipped(name) for name in ("family", "critical-illness"))


@pytest.fixture(scope="module")
def lines(seat: Seat) -> list[dict[str, Any]]:
    """Returns every line in all calldata, decoded."""
    filed = []
    for sent in seat.summary["transactions"]:
        if sent["lines"]:
            call = seat.chain.w3.eth.get_transaction(sent["hash"])["input"]
            filed += seat.chain.desk.decode_function_input(call)[1]["lines"]
    return filed


@pytest.fixture(scope="module")
def guesses(lines: list[dict[str, Any]]) -> list[Guess]:
    return Attacker(TABLES, []).attack(lines)


def truth(seat: Seat, guess: Guess) -> str | None:
    """Returns the benefit of a line, according to the member's card."""
    for _, insured in seat.played.world.everybody():
        if insured.membership.commitment == guess.member:
            return insured.membership.schedule.code_of(guess.benefit)
    return None


def test_the_attacker_breaks_no_hash(guesses: list[Guess]) -> None:
    assert len(guesses) > 40
    assert not any(guess.certain for guess in guesses)
    ids = {guess.benefit for guess in guesses}
    assert Attacker(TABLES, icd_codes()).break_by_codes(ids) == set()


def test_what_is_revealed_fits_five_benefits_of_three_kinds(seat: Seat, guesses: list[Guess]) -> None:
    for guess in guesses:
        assert truth(seat, guess) in [row.code for row in guess.candidates]
        assert len(guess.candidates) >= 5
        assert len({row.category for row in guess.candidates}) >= 3 or _chapters(guess) >= 3


def _chapters(guess: Guess) -> int:
    from salus.product import icd10

    chapters = set()
    for row in guess.candidates:
        patterns = row.when.diagnoses.icd10cm if row.when.diagnoses else ()
        chapters |= {icd10.chapter(pattern.partition("-")[0]) for pattern in patterns}
    return len(chapters)


def test_the_attacker_is_no_better_than_chance(seat: Seat, guesses: list[Guess]) -> None:
    first = {guess.benefit: guess for guess in guesses}.values()
    hits = sum(guess.named == truth(seat, guess) for guess in first)
    chances = [1 / len(guess.candidates) for guess in first]
    spread = math.sqrt(sum(chance * (1 - chance) for chance in chances))

    assert hits <= sum(chances) + 3 * spread


def test_two_members_share_no_name(guesses: list[Guess]) -> None:
    owners: dict[bytes, set[bytes]] = {}
    for guess in guesses:
        owners.setdefault(guess.benefit, set()).add(guess.member)

    assert all(len(members) == 1 for members in owners.values())


def test_a_card_opens_one_member_only(seat: Seat, guesses: list[Guess]) -> None:
    for _, insured in seat.played.world.everybody():
        schedule = insured.membership.schedule
        opened = {guess.member for guess in guesses if schedule.code_of(guess.benefit) is not None}
        assert opened == {insured.membership.commitment}


def test_the_attack_would_break_plain_hashes(lines: list[dict[str, Any]]) -> None:
    plain = [_unblinded(line, TABLES[0]) for line in lines[:5]]

    for guess in Attacker(TABLES, []).attack(plain):
        assert guess.certain
        assert guess.named == "visit.primary"


def _unblinded(line: dict[str, Any], family: Table) -> dict[str, Any]:
    benefit = {**line["benefit"], "id": secrets_of.keccak(b"visit.primary")}
    return {**line, "benefit": benefit, "policy": {**line["policy"], "benefitTable": family.hash}}


# WHAT IT MAKES OF OTHER RECORDS


@pytest.mark.skipif(not SHARED.is_dir(), reason="the generated patients are not beside the project")
def test_the_densest_year_of_a_folder() -> None:
    cast = from_folder(SHARED)

    assert to_date(cast.start).isoformat() == "2017-07-20"
    assert [len(plan.people) for plan in cast.plans] == [4, 1, 17]
    lines = [line for plan in cast.plans for line in plan.lines]
    assert len(lines) == 69
    assert all(cast.start <= line.service_from < cast.start + 365 for line in lines)
    assert "  1 file is left out: it holds no FHIR resource." in cast.notes
    assert not any(path.stem.split("_")[0] in note for path in SHARED.iterdir() for note in cast.notes)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the generated patients are not beside the project")
def test_every_scene_has_its_bill() -> None:
    chosen = choose(from_folder(SHARED))

    assert chosen.late
    assert chosen.upcoded
    assert chosen.upcoded.billed > 2 * chosen.auto_pay_limit


def test_a_scene_that_is_not_shown_is_named() -> None:
    assert len(not_shown(Shown())) == 6
    for denied in ({}, {"PR-179": "0x1"}):
        assert "two lines denied with different codes" in not_shown(Shown(denied=denied))
    both = Shown(denied={"PR-179": "0x1", "CO-29": "0x2", "PR-27": "0x3"})
    assert both.denied_with_two_codes == ["0x1", "0x2"]
    assert "two lines denied with different codes" not in not_shown(both)


def test_the_clock_begins_before_the_records(tmp_path: Path) -> None:
    samples.write(samples.generate(7, 18_000), tmp_path)

    start = from_folder(tmp_path).start
    assert 0 < start * DAY - clock(str(tmp_path)) < 4 * DAY
    assert clock("") < time.time()


# WHAT IT REFUSES


def test_a_folder_without_bills(tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text("{}")

    with pytest.raises(FhirError, match="holds no FHIR Bundle that can be read"):
        demo.play(tmp_path, tmp_path / "out", Teller(Console(file=StringIO())))


def test_a_clock_that_is_too_late(tmp_path: Path) -> None:
    samples.write(samples.generate(7, 18_000), tmp_path)

    with pytest.raises(InputError, match="but the policies start on"):
        demo.play(tmp_path, tmp_path / "out", Teller(Console(file=StringIO())))
