"""Session.act after a run that ended before its transaction was mined

given a deposit, which needs an approval first
    when the run ended while it waited, it should name the transaction, and not approve or deposit again
        the same command after that should be a new deposit, and leave no note
    when the transaction was never sent, it should be sent with the same nonce
        when another transaction has used that nonce, it should be sent with the next one
    when the transaction was mined but failed, it should say so, and send it again
    when the transaction is still pending, it should name the transaction, and send nothing
    when its note cannot be read or written, it should name the file, and send nothing
given claims that are settled, or one that is withdrawn, which nobody repeats
    when the run ended while it waited, the next should have nothing to do, and leave no note
given a call of an account whose key the node has
    when the run ended before it knew the transaction, it should be found by its nonce
given a role with a delay
    when the run ended while it announced, it should not announce again
    when it ended while it made the announced call, it should neither call nor announce again
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from brownie import accounts, chain, web3
from eth_account import Account
from web3.eth import Eth
from web3.exceptions import Web3RPCError
from web3.types import TxData

from salus.base import files
from salus.base.errors import InputError, NodeUnreachable, NotFinished
from salus.chain import Pending, pools, sending
from salus.chain.pending import CallNote
from salus.cli.session import Session
from salus.provider.outbox import State
from scripts import capital, keeper
from tests.scripts.conftest import DAY, READY, Clinic, Office, entries, states
from tests.support.ending import ended, stopped

TOKENS = 2_000 * 10**6
AMOUNT = 750.25
Interrupted = Callable[..., None]


class Depositor:
    """An account with a local key that always deposits with the same words."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.tokens, self.pool = clinic.suite.stablecoin, clinic.chain.pool(clinic.pool)
        self.account = accounts.add(os.environ["SALUS_PRIVATE_KEY"])
        accounts[9].transfer(self.account, "1 ether")
        self.tokens.mint(self.account, TOKENS, {"from": accounts[9]})

    def deposit(self) -> None:
        capital.deposit(f"pool={self.pool.address}", f"amount={AMOUNT}")

    @property
    def call(self) -> Pending:
        session = Session()
        action = pools.deposit(self.pool, amount=75_025, receiver=self.account.address)
        return Pending(session.chain, action, session.sender(None))

    @property
    def deposits(self) -> int:
        logs = self.pool.contract.events.Deposit.get_logs({"owner": self.account.address}, from_block=0)
        return len(logs)

    @property
    def notes(self) -> list[Path]:
        folder = Path(os.environ["SALUS_DEPLOYMENTS"]) / "pending"
        return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def depositor(clinic: Clinic) -> Iterator[Depositor]:
    customer = Depositor(clinic)
    yield customer
    for path in customer.notes:
        path.unlink()


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Interrupted:
    """Runs an action that Ctrl-C stops at the n-th call of a function; in `wait_for`, only after the block is
    mined, so that the test counts a final state."""

    def run(action: Callable[[], Any], owner: Any, name: str, at: int = 1) -> None:
        real, calls = getattr(owner, name), []

        def stopping(*arguments: Any, **named: Any) -> Any:
            calls.append(name)
            if len(calls) == at:
                if name == "wait_for":
                    real(*arguments, **named)
                raise KeyboardInterrupt
            return real(*arguments, **named)

        with monkeypatch.context() as patch:
            patch.setattr(owner, name, stopping)
            with pytest.raises(SystemExit) as stop:
                action()
        assert stop.value.code == 130

    return run


def nonce(account: Any) -> int:
    return int(web3.eth.get_transaction_count(account.address))


# A DEPOSIT


def test_what_was_sent_is_not_sent_again(
    depositor: Depositor, interrupted: Interrupted, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted(depositor.deposit, sending, "wait_for", at=2)
    before = nonce(depositor.account)
    (note,) = depositor.notes
    assert depositor.deposits == 1

    depositor.deposit()

    output = capsys.readouterr().out
    assert (depositor.deposits, nonce(depositor.account), depositor.notes) == (1, before, [])
    assert (
        f"An earlier run has sent this: {web3.eth.get_block('latest').transactions[0].to_0x_hex()}" in output
    )
    assert "Run the command once more to do the same a second time." in output
    assert note.parent.name == depositor.account.address

    depositor.deposit()

    assert (depositor.deposits, depositor.notes) == (2, [])
    assert depositor.tokens.balanceOf(depositor.account) == TOKENS - 2 * 750_250_000
    assert depositor.tokens.allowance(depositor.account, depositor.pool.address) == 0


def test_what_has_not_left_is_sent_under_the_same_nonce(
    depositor: Depositor, interrupted: Interrupted, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted(depositor.deposit, Eth, "send_raw_transaction", at=2)
    before = nonce(depositor.account)
    assert depositor.deposits == 0

    depositor.deposit()

    assert (depositor.deposits, nonce(depositor.account), depositor.notes) == (1, before + 1, [])
    assert "the node does not have it: it is sent now." in capsys.readouterr().out


def test_the_nonce_of_what_is_lost_may_be_taken(depositor: Depositor, interrupted: Interrupted) -> None:
    interrupted(depositor.deposit, Eth, "send_raw_transaction", at=2)
    depositor.account.transfer(accounts[9], 1)

    depositor.deposit()

    assert (depositor.deposits, depositor.notes) == (1, [])


def test_the_same_nonce_is_used_though_the_node_counts_another(
    depositor: Depositor, monkeypatch: pytest.MonkeyPatch
) -> None:
    depositor.tokens.approve(depositor.pool.address, TOKENS, {"from": depositor.account})
    call, real = depositor.call, Eth.get_transaction_count
    noted = nonce(depositor.account)
    call._write(CallNote(noted, web3.eth.block_number, "0x" + "ab" * 32))
    used: list[int] = []

    def ahead(eth: Eth, account: Any, block: Any = None) -> int:
        return int(real(eth, account, block)) + (block == "pending")

    def sent(*_: Any, nonce: int, **__: Any) -> Any:
        used.append(nonce)
        raise KeyboardInterrupt

    monkeypatch.setattr(Eth, "get_transaction_count", ahead)
    monkeypatch.setattr(sending, "send", sent)
    with pytest.raises(KeyboardInterrupt):
        call.send()

    assert used == [noted]


def sent_and_failed(depositor: Depositor, data: str) -> TxData:
    """A call to the pool that reverts on the chain. Brownie would ask for its trace, which takes seconds."""
    call = {"to": depositor.pool.address, "data": data, "gas": 500_000, "gasPrice": 0, "chainId": 1337}
    signed = Account.sign_transaction(
        {**call, "nonce": nonce(depositor.account)}, depositor.account.private_key
    )
    with contextlib.suppress(Web3RPCError, ValueError):  # Ganache answers with the revert
        web3.eth.send_raw_transaction(signed.raw_transaction)
    assert web3.eth.wait_for_transaction_receipt(signed.hash)["status"] == 0
    return web3.eth.get_transaction(signed.hash)


def test_what_failed_is_sent_anew(depositor: Depositor, capsys: pytest.CaptureFixture[str]) -> None:
    call = depositor.call
    failed = sent_and_failed(depositor, call.chain.calldata(call.action))
    call._write(CallNote(failed["nonce"], failed["blockNumber"] - 1, failed["hash"].to_0x_hex()))

    depositor.deposit()

    assert (depositor.deposits, depositor.notes) == (1, [])
    assert "But it failed and did nothing: it is sent anew." in capsys.readouterr().out


def test_a_pending_transaction_is_waited_for(
    depositor: Depositor,
    interrupted: Interrupted,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    interrupted(depositor.deposit, sending, "wait_for", at=2)
    before = nonce(depositor.account)

    def waiting(w3: Any, transaction: str, **_: Any) -> Any:
        raise NotFinished(f"{transaction} is not confirmed", transaction=transaction, remedy="later")

    with monkeypatch.context() as patch:
        patch.setattr(sending, "wait_for", waiting)
        message = ended(capsys, depositor.deposit)

    assert message.endswith("is not confirmed; later")
    assert (nonce(depositor.account), len(depositor.notes)) == (before, 1)


@pytest.mark.parametrize(
    "content", ["", "[1]", '{"nonce": 1}', '{"nonce": "x", "block": 1, "transaction": null}']
)
def test_a_note_that_cannot_be_read_is_named(
    depositor: Depositor, interrupted: Interrupted, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    interrupted(depositor.deposit, sending, "wait_for", at=2)
    before = nonce(depositor.account)
    (note,) = depositor.notes
    note.write_text(content)

    message = ended(capsys, depositor.deposit)

    assert message.startswith(f"{note}: does not say what became of RiskPool.deposit; look at what")
    assert nonce(depositor.account) == before


def test_nothing_is_sent_without_a_note(
    depositor: Depositor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(path: Path, *_: Any, **__: Any) -> None:
        raise InputError("cannot be written: No space left on device", file="a note", remedy="free space")

    monkeypatch.setattr(files, "write_durably", full)

    assert ended(capsys, depositor.deposit).startswith("a note: cannot be written: No space left on device")
    assert depositor.deposits == 0


# ACTIONS THAT NOBODY REPEATS


@pytest.fixture
def held(clinic: Clinic) -> Clinic:
    """Files two claims and ends their review window."""
    clinic.attest()
    clinic.file()
    chain.mine(timestamp=clinic.now() + 4 * DAY)
    return clinic


@pytest.mark.parametrize("account", ["of the node's", "of one's own"])
@pytest.mark.parametrize("at", [1, 2])
def test_what_was_settled_leaves_no_note(
    held: Clinic, depositor: Depositor, interrupted: Interrupted, account: str, at: int
) -> None:
    words = ["account=9"] if account == "of the node's" else []
    interrupted(lambda: held.hospital("settle", *words), sending, "wait_for", at=at)
    assert (len(depositor.notes), states(held).count(State.PAID)) == (1, READY - 2)

    held.hospital("settle", *words)

    assert (depositor.notes, states(held)) == ([], [State.PAID] * READY)


def test_what_a_keeper_has_settled_leaves_no_note(
    held: Clinic, depositor: Depositor, interrupted: Interrupted
) -> None:
    interrupted(lambda: keeper.settle_due("account=9"), sending, "wait_for", at=2)
    assert len(depositor.notes) == 1

    keeper.settle_due("account=9")

    assert depositor.notes == []


def test_what_was_taken_back_leaves_no_note(
    clinic: Clinic, depositor: Depositor, interrupted: Interrupted, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.attest()
    clinic.file()
    words = ("withdraw", f"claim={entries(clinic)[2].claim}", "account=7")
    interrupted(lambda: clinic.hospital(*words), sending, "wait_for")
    assert len(depositor.notes) == 1

    assert "is withdrawn; withdraw only lines that are held or denied" in ended(
        capsys, clinic.hospital, *words
    )

    assert depositor.notes == []


def test_an_unreadable_note_does_not_stop_settling(held: Clinic, depositor: Depositor) -> None:
    depositor.deposit()
    folder = Path(os.environ["SALUS_DEPLOYMENTS"]) / "pending/1337" / accounts[9].address
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "damaged.json").write_text("{")

    held.hospital("settle", "account=9")

    assert [path.name for path in depositor.notes] == ["damaged.json"]


# AN ACCOUNT OF THE NODE


def test_what_the_node_has_signed_is_found_by_its_nonce(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = Eth.send_transaction

    def dying(eth: Eth, transaction: Any) -> Any:
        real(eth, transaction)
        raise NodeUnreachable("the node does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(Eth, "send_transaction", dying)
        assert ended(capsys, office.accredit) == "the node does not answer"
    accounts[2].transfer(accounts[3], 1)
    assert office.accredited == 1

    office.accredit()
    assert office.accredited == 1
    assert "The provider's number is 1." in capsys.readouterr().out

    office.accredit()
    assert office.accredited == 2


# A ROLE WITH A DELAY


def test_what_was_announced_is_not_announced_again(
    office: Office, interrupted: Interrupted, capsys: pytest.CaptureFixture[str]
) -> None:
    office.delay(1, days=2)
    interrupted(office.accredit, sending, "wait_for")
    assert len(office.announced) == 1
    before = nonce(accounts[2])

    stopped(office.accredit)

    assert "This is announced. It can be done from" in capsys.readouterr().out
    assert nonce(accounts[2]) == before


def test_what_was_announced_and_done_is_not_done_again(
    office: Office, interrupted: Interrupted, capsys: pytest.CaptureFixture[str]
) -> None:
    office.delay(1, days=2)
    stopped(office.accredit)
    office.wait(3)
    interrupted(office.accredit, sending, "wait_for")
    before = nonce(accounts[2])

    office.accredit()

    assert "The provider's number is 1." in capsys.readouterr().out
    assert (office.accredited, office.announced, nonce(accounts[2])) == (1, [], before)
