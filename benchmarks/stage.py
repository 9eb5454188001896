"""The world that gas is measured in: the same keys, amounts, salts and seconds in every run.

What a transaction costs hangs on how many bytes of its calldata are zero, so nothing here may be random, nor
come from the clock: the chain's first second lies on a fixed day, and every block is one second later.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

from brownie import accounts, chain, network, project, web3

from salus.types import Line
from tests.support import craft
from tests.support.craft import Sold
from tools.places import ROOT

HARD_FORK = "shanghai"
BEGIN = 4_102_444_800
"""2100-01-01: ahead of every clock, since Anvil's time cannot be set back."""
CAPITAL = 10**13
"""Minor units: enough for ten thousand policies."""
DAILY_CAP = 10**12
MOST_GAS = 50_000_000
"""Of one transaction; a block takes twice that."""

BENEFITS = (
    craft.indemnity("visit"),
    craft.indemnity("imaging", group=craft.word("group"), group_limit=craft.GROUP_LIMIT, unit_limit=20),
    craft.indemnity("maternity", waiting_days=300),
    *(craft.indemnity(f"other {number}") for number in range(29)),
)
"""32 rows, as many as a comprehensive family plan has, so a proof is 5 levels long."""
VISIT, IMAGING, MATERNITY = range(3)


class BenchError(Exception):
    """The chain is not the one that figures are comparable on; the text says why."""


@contextmanager
def stage() -> Iterator[Stage]:
    """A deployed suite with a hospital and a funded pool, on the chain that `tools.run` has started."""
    loaded = project.load(ROOT, name="Salus")
    loaded.load_config()
    loaded._add_to_main_namespace()  # as `brownie run` does, for scripts and tests that import contracts
    network.connect("anvil")
    try:
        check_chain()
        request("evm_setNextBlockTimestamp", BEGIN)
        request("anvil_setBlockTimestampInterval", 1)
        with redirect_stdout(io.StringIO()):
            made = Stage(loaded)
        yield made
    finally:
        network.disconnect()
        loaded.close()


def check_chain() -> None:
    fork = request("anvil_nodeInfo")["hardFork"]
    if fork.lower() != HARD_FORK:
        raise BenchError(f"the chain runs {fork}; start it with --network anvil --hard-fork {HARD_FORK}")
    if chain[-1].timestamp >= BEGIN:
        raise BenchError("the chain's clock is past the year 2100; start a fresh chain")


def request(method: str, *arguments: Any) -> Any:
    """What the node answers. Raises BenchError with its words if it refuses."""
    reply = web3.provider.make_request(method, list(arguments))
    if "error" in reply:
        raise BenchError(f"the node refused {method}: {reply['error']['message']}")
    return reply["result"]


class Stage:
    """Sells policies and files claims; amounts and days are those of `tests.support.craft`."""

    def __init__(self, loaded: Any) -> None:
        from scripts.deploy import Params, deploy
        from tests.support.world import World, decision

        self.project = loaded
        self.decision = decision
        self.world = World(deploy(Params.local(accounts), accounts[0]), accounts)
        self.world.fund(CAPITAL)
        self.world.providers.setDailyCap(
            self.world.pool, self.world.provider, DAILY_CAP, {"from": self.world.insurer}
        )
        self.world.mint(self.world.payer, CAPITAL)
        self.allow(2**256 - 1)

    def allow(self, tokens: int) -> None:
        """Lets the pool take that much from the payer."""
        data = self.world.asset.approve.encode_input(self.world.pool, tokens)
        self.send(self.world.payer, data, to=self.world.asset)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever happens inside leaves no trace, so that no figure hangs on the one before."""
        chain.snapshot()
        with redirect_stdout(io.StringIO()):  # Brownie tells of each transaction
            yield
        chain.revert()

    def draft(self, number: int = 0, members: int = 1, **terms: Any) -> Sold:
        """A policy of its own holder, payee, signers and salt for each number."""
        holder = craft.signer(f"holder {number}").address
        signers = [craft.signer(f"patient {number} {member}").address for member in range(members)]
        defaults: dict[str, Any] = {
            "holder": holder,
            "payee": craft.signer(f"payee {number}").address,
            "pool": self.world.pool.address,
            "start": self.world.today() + 2,
            "consent_signers": signers,
            "benefits": BENEFITS,
            "salt": craft.word("salt", number),
        }
        return craft.policy(self.world.book_domain, **{**defaults, **terms})

    def issue(self, *policies: Sold) -> list[int]:
        """Gas of each."""
        return self.send(
            self.world.payer,
            *(
                self.world.book.issue.encode_input(
                    sold.terms.as_tuple(), self.world.quote_signer.address, self.world.quote(sold)
                )
                for sold in policies
            ),
            to=self.world.book,
        )

    def consent(self, *policies: Sold, provider: int | None = None) -> None:
        """Every member's, to the hospital unless a provider is named; 0 is any."""
        given = self.world.provider if provider is None else provider
        self.mine(
            self.post(
                member.consent_signer,
                self.world.consents,
                self.world.consents.give.encode_input(member.commitment, given, 1, 0, 2**32 - 1),
            )
            for sold in policies
            for member in sold.members
        )

    def sell(self, members: int = 1, *, provider: int | None = None, **terms: Any) -> Sold:
        """A policy issued and consented, its cover begun."""
        sold = self.draft(members=members, **terms)
        self.issue(sold)
        self.consent(sold, provider=provider)
        self.begin(sold)
        return sold

    def begin(self, sold: Sold) -> None:
        """Noon of the tenth day of cover."""
        self.travel((sold.terms.start + 10) * craft.DAY + craft.DAY // 2)

    def travel(self, second: int) -> None:
        request("evm_setNextBlockTimestamp", second)
        request("evm_mine")

    def file(self, *lines: Line) -> Any:
        """The transaction, as Brownie knows it."""
        return self.transact(self.world.desk.file, *self.world.attest(lines).as_arguments())

    def transact(self, method: Any, *arguments: Any, sender: Any = None) -> Any:
        """Calls a method, as a stranger if no sender is named. The transaction, as Brownie knows it."""
        data = method.encode_input(*arguments)
        (receipt,) = self.mine(
            [self.post(sender or self.world.stranger, method._address, data, gas=MOST_GAS)]
        )
        return chain.get_transaction(receipt["transactionHash"])

    def file_unseen(self, *lines: Line) -> None:
        """Files without the look at the transaction that Brownie takes. Raises BenchError if one line is not
        decided."""
        desk = self.world.desk
        data = desk.file.encode_input(*self.world.attest(lines).as_arguments())
        (receipt,) = self.mine([self.post(self.world.stranger, desk, data, gas=MOST_GAS)])
        decided = [log for log in receipt["logs"] if log["topics"][0] == desk.topics["ClaimDecided"]]
        if len(decided) != len(lines):
            raise BenchError(f"{len(lines) - len(decided)} of {len(lines)} lines were skipped")

    def empty(self, payee: str) -> None:
        """Sends all tokens of the payee away."""
        balance = self.world.asset.balanceOf(payee)
        self.send(
            payee,
            self.world.asset.transfer.encode_input(self.world.capital, balance),
            to=self.world.asset,
        )

    def send(self, sender: Any, *inputs: str, to: Any) -> list[int]:
        """Calls a contract with each input, in as few blocks as they fit in. Gas of each."""
        receipts = self.mine(self.post(sender, to, data) for data in inputs)
        return [int(receipt["gasUsed"], 16) for receipt in receipts]

    def post(self, sender: Any, to: Any, data: str, gas: int = 500_000) -> str:
        """Hands a transaction to the node. Its hash."""
        call = {"from": str(sender), "to": str(to), "data": data, "gas": hex(gas), "gasPrice": "0x0"}
        return str(request("eth_sendTransaction", call))

    def mine(self, posting: Iterable[str]) -> list[dict[str, Any]]:
        """Posts transactions without a block for each, then mines them all. Their receipts.

        Raises BenchError if one failed.
        """
        request("evm_setAutomine", False)
        try:
            hashes = list(posting)
            request("evm_mine")
            receipts = [self.receipt(made) for made in hashes]
        finally:
            request("evm_setAutomine", True)
        failed = [receipt["transactionHash"] for receipt in receipts if int(receipt["status"], 16) != 1]
        if failed:
            raise BenchError(f"{len(failed)} of {len(hashes)} transactions failed, {failed[0]} first")
        return receipts

    def receipt(self, made: str) -> dict[str, Any]:
        """Mines another block if it is not in the last one. Raises BenchError if it is in neither."""
        receipt = request("eth_getTransactionReceipt", made)
        if receipt is None:
            request("evm_mine")
            receipt = request("eth_getTransactionReceipt", made)
        if receipt is None:
            raise BenchError(f"the node does not mine {made}")
        return dict(receipt)
