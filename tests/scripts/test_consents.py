"""scripts.patient, consent, withdraw_consent and record_consent

given the member's consent signer
    a consent by transaction should be recorded; after withdrawal, it should last until today
    a consent in a file should be recorded by any sender
    when the signer is a contract wallet, its owner's key should sign for it
    when the policy is not issued, it should say so
given a provider's number
    the plan should show the provider's admin; a number that nobody has should be refused, also in a file
    consent to it may still be taken back
given another account, key or wallet, or no purpose
    it should name what is wrong, and neither send nor write anything
"""

from __future__ import annotations

import pytest
from brownie import ERC1271WalletMock, accounts, web3

from salus.chain import consents
from salus.cover.policy import CoverFile
from scripts import patient
from tests.scripts.conftest import DAY, RELAYER, Clinic, day, drafted_card
from tests.support.ending import ended


def shown(clinic: Clinic, member: int = 0) -> list[str]:
    """Returns card and cover file, as words."""
    keys = clinic.path(f"keys-{member}")
    return [f"card={keys / 'member-0.card.json'}", f"cover={keys / 'member-0.cover.json'}"]


def member_of(words: list[str]) -> bytes:
    return CoverFile.load(words[1].removeprefix("cover=")).member.commitment


def test_a_consent_is_signed_by_one_and_recorded_by_another(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    card, signed = drafted_card(clinic), clinic.work / "consent.json"

    patient.consent(
        *card,
        "provider=0",
        f"from_day={day(clinic, 0)}",
        f"until={day(clinic, 90)}",
        "purposes=file,disclose",
        f"sign_to={signed}",
    )
    patient.record_consent(f"consent={signed}", f"account={RELAYER}")

    facts = {"signer": clinic.parent.address, "member": member_of(card), "provider": 1}
    today = clinic.now() // DAY
    assert consents.in_force(clinic.chain, **facts, day=today + 90)
    assert not consents.in_force(clinic.chain, **facts, day=today + 91)
    assert " is not issued; until it is, no claim can follow." in capsys.readouterr().out


def test_a_plan_shows_the_providers_admin(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    card, signed = drafted_card(clinic), clinic.work / "consent.json"
    days = (f"from_day={day(clinic, 0)}", f"until={day(clinic, 90)}", "purposes=file")
    admin = clinic.chain.providers.functions.providerOf(1).call()[0]

    patient.consent(*card, "provider=1", *days, f"sign_to={signed}")
    patient.record_consent(f"consent={signed}", f"account={RELAYER}")
    said = capsys.readouterr().out
    assert f"  Let provider 1 (admin {admin}) file claims, for care" in said
    assert f"lets provider 1 (admin {admin}) file claims, for care" in said


def test_nobody_consents_to_a_provider_that_is_not_there(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    card, signed = drafted_card(clinic), clinic.work / "consent.json"
    days = (f"from_day={day(clinic, 0)}", f"until={day(clinic, 90)}", "purposes=file")

    for more in ((f"sign_to={signed}",), ()):
        assert "provider: there is no provider 77; " in ended(
            capsys, patient.consent, *card, "provider=77", *days, *more
        )
    assert not signed.exists()

    patient.withdraw_consent(*card, "provider=77", f"sign_to={signed}")
    assert signed.exists()
    assert "Take back what provider 77 may do" in capsys.readouterr().out


def test_a_contract_wallet_consents(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    wallet = ERC1271WalletMock.deploy(clinic.parent.address, {"from": accounts[9]})
    card, signed = drafted_card(clinic, str(wallet)), clinic.work / "consent.json"
    words = (
        *card,
        "provider=1",
        f"from_day={day(clinic, 0)}",
        f"until={day(clinic, 90)}",
        f"wallet={wallet}",
    )

    message = ended(capsys, patient.consent, *words)
    assert message == "wallet: signs, and sends nothing; name a file with --sign-to"
    patient.consent(*words, f"sign_to={signed}")
    patient.record_consent(f"consent={signed}", f"account={RELAYER}")

    facts = {"signer": str(wallet), "member": member_of(card), "provider": 1}
    assert consents.in_force(clinic.chain, **facts, day=clinic.now() // DAY + 90)


def test_a_contract_wallet_takes_consent_back(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    wallet = ERC1271WalletMock.deploy(clinic.parent.address, {"from": accounts[9]})
    card, signed = drafted_card(clinic, str(wallet)), clinic.work / "consent.json"
    words = (*card, "provider=1", f"wallet={wallet}")
    days = (f"from_day={day(clinic, -9)}", f"until={day(clinic, 90)}")
    patient.consent(*words, *days, f"sign_to={signed}")
    patient.record_consent(f"consent={signed}", f"account={RELAYER}")

    message = ended(capsys, patient.withdraw_consent, *words)
    patient.withdraw_consent(*words, f"sign_to={signed}")
    patient.record_consent(f"consent={signed}", f"account={RELAYER}")

    facts = {"signer": str(wallet), "member": member_of(card), "provider": 1}
    today = clinic.now() // DAY
    assert message == "wallet: signs, and sends nothing; name a file with --sign-to"
    assert f"Record that {wallet} takes back what it let provider 1 do." in capsys.readouterr().out
    assert consents.in_force(clinic.chain, **facts, day=today)
    assert not consents.in_force(clinic.chain, **facts, day=today + 1)


@pytest.mark.parametrize("where", [[], ["sign_to=consent.json"]])
def test_a_consent_without_purpose_is_refused(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], where: list[str]
) -> None:
    words = (*shown(clinic), "provider=1", f"from_day={day(clinic, 0)}", f"until={day(clinic, 9)}")

    message = ended(capsys, patient.consent, *words, "purposes=", *where)

    assert message == "purposes: names no purpose; name one, or withdraw consent with withdraw_consent"


def test_withdrawing_affects_future_days_only(clinic: Clinic) -> None:
    card = shown(clinic)

    patient.withdraw_consent(*card, "provider=1", "account=8")

    facts = {"signer": accounts[8].address, "member": member_of(card), "provider": 1}
    today = clinic.now() // DAY
    assert consents.in_force(clinic.chain, **facts, day=today)
    assert not consents.in_force(clinic.chain, **facts, day=today + 1)


# ANOTHER SIGNER


@pytest.mark.parametrize("action", ["consent", "withdraw_consent"])
def test_only_the_members_signer_counts(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    signed = clinic.work / "consent.json"
    wallet = ERC1271WalletMock.deploy(clinic.parent.address, {"from": accounts[9]})
    words = [*shown(clinic), "provider=1"]
    if action == "consent":
        words += [f"from_day={day(clinic, 0)}", f"until={day(clinic, 9)}"]
    block = web3.eth.block_number

    sent = ended(capsys, getattr(patient, action), *words, "account=7")
    keyed = ended(capsys, getattr(patient, action), *words, f"sign_to={signed}")
    held = ended(capsys, getattr(patient, action), *words, f"sign_to={signed}", f"wallet={wallet}")

    asked = f"is not the member's consent signer, {accounts[8]}"
    assert sent == f"account: {accounts[7]} {asked}; send it from that one"
    assert keyed == f"account: {clinic.parent.address} {asked}; sign in the name of that one"
    assert held == f"wallet: {wallet} {asked}; sign in the name of that one"
    assert not signed.exists()
    assert web3.eth.block_number == block
