"""scripts.accreditor, insurer, patient and keeper

given deployed contracts with one hospital and one pool
    accreditor: renew, end, suspend, set_admin and safe_mode should do what their names say
        when the account holds no role, one line should say so and nothing should change
    hospital: revoke_key should revoke a key permanently
    insurer: a policy should be issued with the permit of a payer that has approved nothing
        when the quote is of another signer, or the premium cannot be paid, one line should say so
        pause_sales should stop sales and resume them
        capital should leave after notice, and not before
        status should show what the pool has
    patient: existing keys should be kept; only their owner should be able to read cards and QR codes
    keeper: when nothing is due, it should send nothing
        when one transaction is refused, it should send the others and exit with code 1
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from brownie import accounts, chain, web3
from eth_account import Account

from salus.chain import keeping, network, pools
from salus.cover.policy import PolicyFile
from scripts import accreditor, capital, hospital, insurer, keeper, patient
from tests.scripts.conftest import ACCREDITOR, CAPITAL, DAY, INSURER, RELAYER, Clinic, day, draft
from tests.support.ending import ended

DOLLAR = 10**6
"""In units of the stablecoin."""

# ACCREDITOR


def test_end_and_renew(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    by = f"account={ACCREDITOR}"
    accreditor.end("provider=1", f"until={day(clinic, 10)}", by)
    assert f"provider 1: {day(clinic, 10)} is its last day." in capsys.readouterr().out
    assert clinic.suite.providers.accreditedOn(1, clinic.now() // DAY + 10)
    assert not clinic.suite.providers.accreditedOn(1, clinic.now() // DAY + 11)

    licence = f"licence={clinic.path('licence.pdf')}"
    accreditor.renew("provider=1", f"from_day={day(clinic, 0)}", f"until={day(clinic, 20)}", licence, by)

    assert f"from {day(clinic, 0)} until {day(clinic, 20)}." in capsys.readouterr().out
    assert clinic.suite.providers.accreditedOn(1, clinic.now() // DAY + 20)
    assert not clinic.suite.providers.accreditedOn(1, clinic.now() // DAY + 21)


def test_end_at_once(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    """Yesterday is the earliest last day: what is past is fixed."""
    by, today = f"account={ACCREDITOR}", clinic.now() // DAY

    message = ended(capsys, accreditor.end, "provider=1", f"until={day(clinic, -2)}", by)
    assert "PastIsFixed(" in message
    assert message.endswith("; name yesterday or a later day as its last")

    accreditor.end("provider=1", f"until={day(clinic, -1)}", by)
    assert clinic.suite.providers.accreditedOn(1, today - 1)
    assert not clinic.suite.providers.accreditedOn(1, today)


def test_suspend_and_lift(clinic: Clinic) -> None:
    accreditor.suspend("provider=1", f"account={ACCREDITOR}")
    assert clinic.suite.providers.providerOf(1)[3]

    accreditor.suspend("provider=1", "lift=yes", f"account={ACCREDITOR}")
    assert not clinic.suite.providers.providerOf(1)[3]


def test_set_admin(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    accreditor.set_admin("provider=1", f"admin={accounts[9]}", f"account={ACCREDITOR}")

    assert clinic.suite.providers.providerOf(1)[0] == accounts[9]
    assert f"Change the admin of provider 1 from {accounts[7]} to {accounts[9]}." in capsys.readouterr().out


def test_safe_mode_is_the_sentinels(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    message = ended(capsys, accreditor.safe_mode, f"account={ACCREDITOR}")
    assert message == (
        f"{accounts[2]} does not hold the role SENTINEL, which ProviderRegistry.enterSafeMode asks for; "
        "send it from an account that holds it, or let the governor grant it"
    )
    assert clinic.suite.providers.deskOf(clinic.suite.desk)[1] == 0

    accreditor.safe_mode("account=3")

    assert clinic.suite.providers.deskOf(clinic.suite.desk)[1] == clinic.now() + 7 * DAY


def test_revoke_key(clinic: Clinic) -> None:
    hospital.revoke_key("provider=1", f"attestor={clinic.attestor.address}", "account=7")

    assert not clinic.suite.providers.isKeyLive(1, clinic.attestor.address, clinic.now())


# INSURER


def test_issue_with_a_permit(clinic: Clinic) -> None:
    policy, quote = draft(clinic)
    payer = clinic.parent
    clinic.suite.stablecoin.mint(payer.address, 120_070_000, {"from": accounts[9]})
    accounts[9].transfer(payer.address, "1 ether")

    insurer.issue(f"policy={policy}", f"quote={quote}", "permit=yes")

    document = PolicyFile.load(policy)
    assert clinic.suite.book.ownerOf(int.from_bytes(document.policy_id, "big")) == accounts[8]
    assert clinic.suite.stablecoin.balanceOf(payer.address) == 0
    assert document.terms.deductible == 1_000


def test_issue_says_why_not(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    policy, quote = draft(clinic)

    poor = ended(capsys, insurer.issue, f"policy={policy}", f"quote={quote}", "account=9")
    clinic.suite.stablecoin.mint(accounts[9], 120_070_000, {"from": accounts[9]})
    insurer.add_quote_signer(
        f"pool={clinic.pool}", f"signer={clinic.quotes.address}", "remove=yes", f"account={INSURER}"
    )
    unsigned = ended(capsys, insurer.issue, f"policy={policy}", f"quote={quote}", "account=9")
    quote.write_text("{}")
    no_quote = ended(capsys, insurer.issue, f"policy={policy}", f"quote={quote}", "account=9")

    assert poor == (
        f"premium: is 120.07 USD, and {accounts[9]} has 0.00 USD; "
        "bring the tokens first, or name another account"
    )
    assert f"NotQuoteSigner(signer {clinic.quotes.address}); let the insurer add the signer" in unsigned
    assert no_quote == f"{quote}: is not a quote file; ask the insurer for a quote"


def test_pause_sales(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    policy, quote = draft(clinic)
    table = PolicyFile.load(policy).terms.benefit_table
    clinic.suite.stablecoin.mint(accounts[9], 120_070_000, {"from": accounts[9]})

    insurer.pause_sales(f"pool={clinic.pool}", "table=family", f"account={INSURER}")
    assert "SalesPaused(benefitTable 0x" + table.hex() in ended(
        capsys, insurer.issue, f"policy={policy}", f"quote={quote}", "account=9"
    )

    insurer.pause_sales(f"pool={clinic.pool}", "table=family", "resume=yes", f"account={INSURER}")
    insurer.issue(f"policy={policy}", f"quote={quote}", "account=9")


def test_capital_leaves_by_notice(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    pool = f"pool={clinic.pool}"
    with pytest.raises(SystemExit):
        capital.redeem(pool, f"account={CAPITAL}")
    assert "No share may leave now" in capsys.readouterr().out

    capital.give_notice(pool, f"account={CAPITAL}")
    chain.mine(timestamp=clinic.now() + 35 * DAY)
    before = clinic.suite.stablecoin.balanceOf(accounts[5])
    capital.redeem(pool, f"account={CAPITAL}")

    left = clinic.suite.stablecoin.balanceOf(accounts[5]) - before
    assert left > 100_000 * DOLLAR
    # Premium is still being earned, and frees as much capital every second.
    may_leave = clinic.chain.pool(clinic.pool).contract.functions
    assert may_leave.maxWithdraw(accounts[5].address).call() < DOLLAR


def test_recapitalise_says_when_nothing_is_missing(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.suite.stablecoin.mint(accounts[9], 10**6, {"from": accounts[9]})
    clinic.chain.send(pools.approve(clinic.chain.pool(clinic.pool), amount=100), clinic.unlocked(9))

    message = ended(capsys, capital.recapitalise, f"pool={clinic.pool}", "amount=1", "account=9")

    assert message == "the contract refused: there is no deficit to fill: NoDeficit()"


def test_an_unknown_pool_is_named(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    message = ended(capsys, insurer.status, f"pool={accounts[9]}")

    assert message == f"{accounts[9]} is not a pool of this suite; name one that `salus list pools` shows"


def test_status(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    insurer.status(f"pool={clinic.pool}")

    output = capsys.readouterr().out
    assert "514,400.00 USD" in output
    assert "deficit" in output


# PATIENT


def test_a_card_and_its_code_are_for_their_owner_only(clinic: Clinic) -> None:
    keys = clinic.path("keys-0")
    written = ["policy.key", "record.key", "member-0.card.json", "member-0.svg"]

    assert [(keys / name).stat().st_mode & 0o777 for name in written] == [0o600] * 4
    assert (keys / "member-0.svg").read_text().startswith("<?xml")


def test_keys_that_exist_are_kept(clinic: Clinic) -> None:
    draft(clinic)
    before = (clinic.path("keys-9") / "policy.key").read_bytes()

    patient.new_policy_key(
        f"folder={clinic.path('keys-9')}",
        f"people={clinic.path('people.yaml')}",
        "table=family",
        f"insurer={clinic.reader}",
    )

    assert (clinic.path("keys-9") / "policy.key").read_bytes() == before
    assert (clinic.path("keys-9") / "policy.key").stat().st_mode & 0o077 == 0


def test_a_card_of_another_member_is_refused(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    card = clinic.path("keys-0") / "member-0.card.json"
    cover = clinic.path("keys-1") / "member-0.cover.json"

    message = ended(capsys, patient.claims, f"card={card}", f"cover={cover}", "table=family")

    assert message.startswith(f"{card}")
    assert "is for another policy than the cover file" in message


# KEEPER


def test_a_keeper_with_nothing_to_do_sends_nothing(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    block = web3.eth.block_number
    for action in (keeper.settle_due, keeper.collect_owed, keeper.close_due):
        action(f"account={RELAYER}")

    assert web3.eth.block_number == block
    assert "No policy can be closed." in capsys.readouterr().out


def test_close_and_accrue(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    chain.mine(timestamp=clinic.now() + 600 * DAY)

    keeper.close_due(f"account={RELAYER}")
    keeper.accrue(f"pool={clinic.pool}", f"account={RELAYER}")

    assert "4 done, 0 refused." in capsys.readouterr().out
    assert clinic.chain.pool(clinic.pool).contract.functions.locked().call() == 0


def test_one_that_is_refused_stops_no_other(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chain.mine(timestamp=clinic.now() + 600 * DAY)
    first, *others = keeping.closable(clinic.chain)
    monkeypatch.setattr(keeping, "closable", lambda _: [first, first, *others])

    with pytest.raises(SystemExit) as stop:
        keeper.close_due(f"account={RELAYER}")

    assert stop.value.code == 1
    assert "4 done, 1 refused." in capsys.readouterr().out


# ACCOUNTS


def test_an_unknown_account_is_named(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    message = ended(capsys, keeper.accrue, f"pool={clinic.pool}", "account=nobody")
    assert message.startswith("account: there is no keystore 'nobody'; make one: salus keygen account")

    message = ended(capsys, keeper.accrue, f"pool={clinic.pool}", "account=99")
    assert message.startswith(f"account: the node has accounts 0 to {len(web3.eth.accounts) - 1}")


def test_no_account_at_all(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SALUS_PRIVATE_KEY", "")
    accrue = (keeper.accrue, f"pool={clinic.pool}")

    local = ended(capsys, *accrue)
    monkeypatch.setattr(network, "LOCAL_CHAINS", frozenset())
    live, number = ended(capsys, *accrue), ended(capsys, *accrue, "account=3")

    assert local == (
        "account: no key is named; give --account <keystore> or --account 3 (one of the node's, by number), "
        "or set SALUS_PRIVATE_KEY in .env"
    )
    assert live == "account: no key is named; give --account <keystore>, or set SALUS_PRIVATE_KEY in .env"
    assert number.startswith(
        "account: there is no keystore '3', and the node's accounts can only send, on a local chain; "
    )


def test_a_permit_needs_a_local_key(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    policy, quote = draft(clinic)

    message = ended(capsys, insurer.issue, f"policy={policy}", f"quote={quote}", "permit=yes", "account=5")

    assert message == (
        f"account: {accounts[5]} is an account of the node, but a permit needs a key of your own; "
        "name a keystore, or leave permit out"
    )


def test_a_keystore_opens_with_its_password(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account = Account.create()
    folder = Path.home() / ".brownie" / "accounts"
    folder.mkdir(parents=True, exist_ok=True)
    store = folder / "salus-test-keeper.json"
    store.write_text(json.dumps(Account.encrypt(account.key, "right", iterations=2)))
    try:
        monkeypatch.setenv("SALUS_PASSWORD", "wrong")
        message = ended(capsys, keeper.accrue, f"pool={clinic.pool}", "account=salus-test-keeper")
        assert message.endswith("cannot be opened with this password; try again")
        monkeypatch.setenv("SALUS_PASSWORD", "right")
        accounts[9].transfer(account.address, "1 ether")
        keeper.accrue(f"pool={clinic.pool}", "account=salus-test-keeper")
    finally:
        store.unlink()

    assert account.address in capsys.readouterr().out
