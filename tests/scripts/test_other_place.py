"""Cards, cover files and policies of another chain or another policy book

given a card, a cover file or a policy made for another chain, or for other contracts on this chain
    patient claims, recheck, consent, withdraw_consent and cards, hospital attest, and insurer issue
        should name both chains or books, and do nothing
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from brownie import web3

from salus.cover.card import MemberCard
from salus.cover.policy import CoverFile, PolicyFile
from salus.crypto.eip712 import Domain
from scripts import insurer, patient
from tests.scripts.conftest import Clinic, day, draft, states
from tests.support.ending import ended

OTHER_BOOK = "0x5FbDB2315678afecb367f032d93F642f64180aa3"


@pytest.fixture(params=["chain", "book"])
def elsewhere(clinic: Clinic, request: pytest.FixtureRequest) -> Domain:
    if request.param == "chain":
        return Domain.policy_book(5, clinic.chain.book.address)
    return Domain.policy_book(clinic.chain.chain_id, OTHER_BOOK)


@pytest.fixture
def shown(clinic: Clinic, elsewhere: Domain) -> list[str]:
    """Returns the first patient's card and cover file, made for the other place."""
    keys = clinic.path("keys-0")
    cover = replace(CoverFile.load(keys / "member-0.cover.json"), book=elsewhere)
    card = replace(
        MemberCard.load(keys / "member-0.card.json"),
        chain_id=elsewhere.chain_id,
        policy_book=elsewhere.verifying_contract,
        policy_id=cover.policy_id,
    )
    card.save(clinic.work / "0.card.json")
    cover.save(clinic.work / "0.cover.json")
    return [f"card={clinic.work / '0.card.json'}", f"cover={clinic.work / '0.cover.json'}"]


def refusal(clinic: Clinic, path: Path, elsewhere: Domain) -> str:
    return (
        f"{path}: book: is for chain {elsewhere.chain_id} and policy book {elsewhere.verifying_contract}, "
        f"but the node serves chain {clinic.chain.chain_id} and policy book {clinic.chain.book.address}; "
        "choose the network that it was made for, or ask for a new one"
    )


@pytest.mark.parametrize("action", ["claims", "recheck", "consent", "withdraw_consent"])
def test_a_patients_card(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], elsewhere: Domain, shown: list[str], action: str
) -> None:
    more = {
        "claims": ["table=family"],
        "recheck": ["table=family", f"records={clinic.work}", f"record_key={clinic.path('insurer.key')}"],
        "consent": ["provider=1", f"from_day={day(clinic, 0)}", f"until={day(clinic, 9)}", "account=8"],
        "withdraw_consent": ["provider=1", "account=8"],
    }
    block = web3.eth.block_number

    message = ended(capsys, getattr(patient, action), *shown, *more[action])

    assert message == refusal(clinic, clinic.work / "0.card.json", elsewhere)
    assert web3.eth.block_number == block


def test_a_card_in_the_hospitals_folder(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], elsewhere: Domain, shown: list[str]
) -> None:
    folder = clinic.work / "cards" / clinic.patients[0].patient.id
    folder.mkdir(parents=True)
    for name in ("0.card.json", "0.cover.json"):
        (clinic.work / name).rename(folder / name)

    with pytest.raises(SystemExit) as stop:
        clinic.attest(f"cards={folder.parent}")

    assert stop.value.code == 1
    assert refusal(clinic, folder / "0.card.json", elsewhere) in capsys.readouterr().err
    assert states(clinic) == []


def test_a_policy(clinic: Clinic, capsys: pytest.CaptureFixture[str], elsewhere: Domain) -> None:
    policy, quote = draft(clinic)
    replace(PolicyFile.load(policy), book=elsewhere).save(policy)
    keys, people = clinic.path("keys-9"), clinic.path("people.yaml")

    issued = ended(capsys, insurer.issue, f"policy={policy}", f"quote={quote}", "account=6")
    words = (f"folder={keys}", f"policy={policy}", f"people={people}", "table=family")
    written = ended(capsys, patient.cards, *words)

    assert issued == written == refusal(clinic, policy, elsewhere)
    assert not (keys / "member-0.card.json").exists()
