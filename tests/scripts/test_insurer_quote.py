"""scripts.insurer, quote

given an enrolment that matches the offer
    it should show members and terms, and then sign them
    when the quote signer is a contract wallet, the quote should name it
    when the answer is no, nothing should be signed
    when it is quoted again into the same files, it should be the same policy, signed again
given a start that has begun, another currency, an issued policy, or a key that is not a quote signer
    it should say so, and write nothing
given files that contain another policy, another quote or something else
    it should name the file and the remedy, and leave the files unchanged
given members who were not priced, or a table, an offer or an enrolment that does not fit
    it should name the difference, and sign nothing
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from brownie import ERC1271WalletMock, TestStablecoin, accounts, chain

from salus.chain import events, network
from salus.cli.ending import NEEDS_YOU
from salus.cover.policy import PolicyFile
from scripts import governor, insurer, patient
from tests.scripts.conftest import DAY, INSURER, Clinic, day, draft
from tests.support.ending import answer, ended, stopped


def test_a_quote_shows_what_it_signs(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    policy, _ = draft(clinic)

    output = capsys.readouterr().out
    start, last = day(clinic, 2), day(clinic, 299)
    assert f"To be signed by {clinic.quotes.address}:" in output
    assert "Premium 120.07 USD, annual limit 5,000.50 USD, deductible 10.00 USD" in output
    assert f"member 0: covered from {start} until {last}, paid to the policy's payee" in output
    assert output.index("member 0: ") < output.index(str(policy))


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        (
            "- consent_signer: '{0}'\n  covered_since: 1970-01-01\n  last_day: 2999-01-01\n",
            "Member/0.covered_since: is 1970-01-01, but ",
        ),
        (
            "- consent_signer: '{0}'\n  covered_since: {1}\n  last_day: {2}\n" * 2,
            "members: are 2 instead of the 1 agreed; ",
        ),
    ],
)
def test_members_who_were_not_priced_are_not_signed(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], people: str, expected: str
) -> None:
    draft(clinic)
    for name in ("policy-9.json", "quote-9.json"):
        clinic.path(name).unlink()
    enrolment = people.format(clinic.parent.address, day(clinic, 2), day(clinic, 299))
    clinic.path("people.yaml").write_text(f"members:\n{enrolment}")
    shutil.rmtree(clinic.path("keys-9"))
    patient.new_policy_key(
        f"folder={clinic.path('keys-9')}",
        f"people={clinic.path('people.yaml')}",
        "table=family",
        f"insurer={clinic.reader}",
    )

    line = ended(capsys, clinic.quote, "9")

    assert line.startswith(expected)
    assert not clinic.path("policy-9.json").exists()
    assert not clinic.path("quote-9.json").exists()


def test_signs_nothing_when_the_answer_is_no(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    draft(clinic)
    clinic.path("quote-9.json").unlink()
    monkeypatch.setattr(network, "LOCAL_CHAINS", frozenset())
    answer(monkeypatch, "no")

    stopped(clinic.quote, "9", code=NEEDS_YOU)

    assert "Nothing was signed." in capsys.readouterr().out
    assert not clinic.path("quote-9.json").exists()


def test_a_contract_wallet_signs_quotes(clinic: Clinic) -> None:
    policy, quote = draft(clinic)
    wallet = ERC1271WalletMock.deploy(clinic.quotes.address, {"from": accounts[9]})
    insurer.add_quote_signer(f"pool={clinic.pool}", f"signer={wallet}", f"account={INSURER}")
    clinic.suite.stablecoin.mint(accounts[6], 120_070_000, {"from": accounts[6]})

    clinic.quote(9, f"wallet={wallet}")
    insurer.issue(f"policy={policy}", f"quote={quote}", "account=6")

    assert json.loads(quote.read_text())["signer"] == wallet
    document = PolicyFile.load(policy)
    assert clinic.suite.book.ownerOf(int.from_bytes(document.policy_id, "big")) == accounts[8]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("holder: 1\n", "offer.yaml: holder: "),
        ("premium: '-1'\n", "offer.yaml: premium: is less than 0"),
        ("colour: red\n", "offer.yaml: colour: is not a field of this file"),
        ("a: [\n", "offer.yaml:2: is not YAML: "),
        ("a: [\x07]\n", "offer.yaml:1: has a control character; correct the line"),
        ("", "offer.yaml: is empty; see the example in docs/files.md"),
    ],
)
def test_an_offer_that_does_not_fit_is_named(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], text: str, expected: str
) -> None:
    offer = clinic.work / "offer.yaml"
    start, last = day(clinic, 2), day(clinic, 299)
    base = (
        f"holder: '{accounts[8]}'\npool: '{clinic.pool}'\nstart: {start}\nlast_day: {last}\n"
        "members: 1\nannual_limit: '1'\npremium: '1'\n"
    )
    key = text.partition(":")[0]
    remaining = "".join(line + "\n" for line in base.splitlines() if not line.startswith(key + ":"))
    offer.write_text(remaining + text if text and "[" not in text else text)
    words = [f"{name}={clinic.work / name}" for name in ("policy", "quote")]

    line = ended(
        capsys,
        insurer.quote,
        f"offer={offer}",
        f"enrolled={clinic.path('keys-0') / 'enrolment.age'}",
        "table=family",
        f"record_key={clinic.path('insurer.key')}",
        *words,
    )

    assert line.removeprefix(str(clinic.work) + "/").startswith(expected)


# QUOTED AGAIN


def test_quoted_again_it_is_the_same_policy(clinic: Clinic) -> None:
    policy, quote = draft(clinic)
    before = policy.read_bytes()
    quote.unlink()

    clinic.quote("9")
    clinic.quote("9")

    assert policy.read_bytes() == before
    assert json.loads(quote.read_text())["policy"] == json.loads(before)["policy"]


@pytest.mark.parametrize("name", ["policy", "quote"])
@pytest.mark.parametrize("kind", ["another", "something else"])
def test_another_policy_is_not_written_over(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], name: str, kind: str
) -> None:
    policy, quote = draft(clinic)
    there = {"policy": policy, "quote": quote}[name]
    content = clinic.path(f"{name}-0.json").read_bytes() if kind == "another" else b"{}"
    there.write_bytes(content)
    other = {"policy": quote, "quote": policy}[name].read_bytes()

    message = ended(capsys, clinic.quote, "9")

    what = {"policy": "is not this policy", "quote": "is not a quote of this policy"}[name]
    assert message == f"{there}: exists and {what}; name another file, or move this one away"
    assert there.read_bytes() == content
    assert {"policy": quote, "quote": policy}[name].read_bytes() == other


def test_a_policy_that_is_issued_is_not_signed_again(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    policy, quote = draft(clinic)
    clinic.suite.stablecoin.mint(accounts[6], 120_070_000, {"from": accounts[6]})
    insurer.issue(f"policy={policy}", f"quote={quote}", "account=6")

    message = ended(capsys, clinic.quote, "9")

    assert message == f"{policy}: is already issued; name another file, or move this one away"


# QUOTES THAT COULD NEVER BE ISSUED


@pytest.fixture
def unsigned(clinic: Clinic) -> tuple[Path, Path]:
    """Prepares an offer and an enrolment, and returns the paths of policy and quote."""
    policy, quote = draft(clinic)
    policy.unlink()
    quote.unlink()
    return policy, quote


def test_a_start_that_has_begun(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], unsigned: tuple[Path, Path]
) -> None:
    start = day(clinic, 2)
    chain.mine(timestamp=(clinic.now() // DAY + 2) * DAY - 14 * 3_600)

    message = ended(capsys, clinic.quote, "9")

    assert message == (
        f"{clinic.path('offer.yaml')}: start: {start} has begun somewhere on earth, and no policy is issued "
        "after its start; name a later day"
    )
    assert not any(path.exists() for path in unsigned)


def test_a_key_that_is_no_quote_signer(
    clinic: Clinic,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    unsigned: tuple[Path, Path],
) -> None:
    monkeypatch.setenv("SALUS_QUOTE_KEY", clinic.parent.key.hex())
    wallet = ERC1271WalletMock.deploy(clinic.parent.address, {"from": accounts[9]})

    keyed = ended(capsys, clinic.quote, "9")
    held = ended(capsys, clinic.quote, "9", f"wallet={wallet}")

    assert keyed == (
        f"key: {clinic.parent.address} may not sign policies that pool {clinic.pool} carries; sign with a "
        "quote signer of the pool, or add this one: salus insurer add-quote-signer"
    )
    assert held.startswith(f"wallet: {wallet} may not sign policies that pool ")
    assert not any(path.exists() for path in unsigned)


def test_a_pool_of_another_currency(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], unsigned: tuple[Path, Path]
) -> None:
    euro = TestStablecoin.deploy(6, {"from": accounts[9]})
    governor.list_asset(f"asset={euro}", "currency=EUR", "account=1")
    insurer.create_pool(f"asset={euro}", "name=Euro Pool", "symbol=sEUR", f"account={INSURER}")
    pool = list(clinic.chain.past(events.PoolCreated))[-1].pool
    offer = clinic.path("offer.yaml")
    offer.write_text(offer.read_text().replace(clinic.pool, pool))

    message = ended(capsys, clinic.quote, "9")

    assert message == (
        f"{offer}: pool: is in EUR, but the benefit table is in USD; name a pool in the table's currency"
    )
    assert not any(path.exists() for path in unsigned)
