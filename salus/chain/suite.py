"""One deployed suite on one chain: its contracts, its clock, and what can be asked and sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from salus.base import money
from salus.base.errors import ChainError, NotAccredited
from salus.chain import events, history, sending
from salus.chain.abis import abi_of
from salus.chain.address_book import AddressBook, book_of, path_of
from salus.chain.event_reader import EventReader, store_of
from salus.chain.events import Event
from salus.chain.manifest import DOMAINS, by_handle, by_name
from salus.chain.node import PATIENCE_SECONDS, connect, genesis_of, name_contracts
from salus.chain.sending import Action, OnSigned, Receipt, Sender
from salus.chain.settled import DEPTH
from salus.chain.web3_lazily import web3
from salus.crypto.eip712 import Domain

if TYPE_CHECKING:
    from web3 import Web3
    from web3.contract import Contract

E = TypeVar("E", bound=Event)
_REVISION = 3
"""Place of the revision in a `BillLine`."""


@dataclass(frozen=True)
class Chain:
    """A suite as its address book lists it. `Chain.open(url)` is the usual way to it.

    chain = Chain.open("http://127.0.0.1:8545")
    action = accreditation.accredit(chain, admin=…, from_=…, until=…, licence=…)
    chain.preview(action, account.address)      # moves nothing; raises Reverted with the reason
    chain.send(action, account)
    """

    w3: Web3
    addresses: AddressBook
    confirmations: int = 1
    """Blocks, the transaction's own included, before it counts as done."""
    keeps_events: bool = True
    """Whether `past` may answer from events that were read before."""

    @classmethod
    def open(
        cls,
        url: str,
        *,
        chain_id: int | None = None,
        addresses: AddressBook | None = None,
        confirmations: int = 1,
        patience: float = PATIENCE_SECONDS,
    ) -> Chain:
        """The suite on the chain that the node serves, from `deployments/<chain id>.json` unless given.

        Raises NodeUnreachable, WrongChain (another chain than `chain_id` or than the address book's) or
        AddressBookError.
        """
        w3 = connect(url, chain_id=chain_id, patience=patience)
        book = book_of(w3.eth.chain_id) if addresses is None else addresses
        book.check_chain(w3.eth.chain_id, genesis_of(w3))
        name_contracts(w3, {entry.address: name for name, entry in book.contracts.items()})
        return cls(w3, book, confirmations)

    # CONTRACTS

    @cached_property
    def manager(self) -> Contract:
        return self._listed("manager")

    @cached_property
    def providers(self) -> Contract:
        return self._listed("providers")

    @cached_property
    def consents(self) -> Contract:
        return self._listed("consents")

    @cached_property
    def book(self) -> Contract:
        return self._listed("book")

    @cached_property
    def desk(self) -> Contract:
        return self._listed("desk")

    @cached_property
    def factory(self) -> Contract:
        return self._listed("factory")

    def pool(self, address: str) -> Pool:
        """A pool of this suite. Raises ChainError if the factory has not made it."""
        address = web3.Web3.to_checksum_address(address)
        if not self.factory.functions.isPool(address).call():
            raise ChainError(
                f"{address} is not a pool of this suite", remedy="name one that `salus list pools` shows"
            )
        return Pool(self, self.at("RiskPool", address))

    def at(self, contract: str, address: str) -> Contract:
        """A handle on a contract outside the address book: a pool, an asset."""
        return self.w3.eth.contract(web3.Web3.to_checksum_address(address), abi=abi_of(contract))

    def contract(self, name: str) -> Contract:
        """A contract of the suite by its name in Solidity."""
        contract: Contract = getattr(self, by_name(name).handle)
        return contract

    def _listed(self, handle: str) -> Contract:
        name = by_handle(handle).name
        return self.at(name, self.addresses.address(name))

    # SIGNING

    @property
    def chain_id(self) -> int:
        return self.addresses.chain_id

    @property
    def book_domain(self) -> Domain:
        """Under which policies are signed."""
        return DOMAINS["book"](self.chain_id, self.book.address)

    @property
    def desk_domain(self) -> Domain:
        """Under which attestations are signed."""
        return DOMAINS["desk"](self.chain_id, self.desk.address)

    @property
    def consent_domain(self) -> Domain:
        """Under which consents are signed."""
        return DOMAINS["consents"](self.chain_id, self.consents.address)

    # ASKING AND SENDING

    def now(self) -> int:
        """Second of the latest block."""
        return int(self.w3.eth.get_block("latest")["timestamp"])

    def preview(self, action: Action, sender: str) -> Any:
        """What the action would return now. Raises Reverted with the reason."""
        return sending.preview(self.w3, action, sender)

    def send(
        self,
        action: Action,
        sender: Sender,
        *,
        on_signed: OnSigned | None = None,
        nonce: int | None = None,
    ) -> Receipt:
        """Does it, once, and waits. Raises as `salus.chain.sending.send`."""
        return sending.send(
            self.w3, action, sender, confirmations=self.confirmations, on_signed=on_signed, nonce=nonce
        )

    def calldata(self, action: Action) -> str:
        """What the action's transaction carries, 0x-hex."""
        contract = self.at(action.contract, action.function.address)
        return str(contract.encode_abi(action.name, args=action.function.args))

    def events(self, kind: type[E], receipt: Receipt) -> list[E]:
        """What a transaction announced."""
        return events.in_receipt(kind, receipt.raw)

    def past(
        self,
        kind: type[E] | Sequence[type[E]],
        *,
        since: int | None = None,
        address: str | None = None,
        **indexed: Any,
    ) -> Iterator[E]:
        """The events of a kind from block `since` on, or since the suite was deployed; oldest first. With
        several kinds of one contract, all of them in the order of the chain. `address` names a pool or
        another contract that the address book does not list. `indexed` filters by indexed fields, each by
        one value or a list of them: `chain.past(ClaimDecided, policy=policy_id)`.

        What was read before comes from a file (`salus.chain.event_store`); only what is new is asked for.
        Nothing vouches for that file: who audits, or signs for what is read, asks `without_store().past`.
        """
        kinds = [kind] if isinstance(kind, type) else list(kind)
        first = self.addresses.first_block if since is None else since
        where = address or self.addresses.address(kinds[0].contract)
        return history.past(self._reader, kinds, where, since=first, indexed=indexed)

    def without_store(self) -> Chain:
        """The same suite, whose events come from the node alone."""
        return replace(self, keeps_events=False) if self.keeps_events else self

    @cached_property
    def _reader(self) -> EventReader:
        folder = path_of(self.chain_id).parent
        store = store_of(self.chain_id, folder) if self.keeps_events else None
        return EventReader(self.w3, self.addresses.genesis, store, depth=max(DEPTH, self.confirmations))

    def check_attestor(self, provider: int, attestor: str, signed_at: int) -> None:
        """That what the key signs then for the provider can be filed. Raises NotAccredited if not."""
        if not self.providers.functions.isKeyLive(provider, attestor, signed_at).call():
            raise NotAccredited(
                f"the key {attestor} may not sign for provider {provider} now",
                remedy="add it (`salus hospital add-key`), or sign with a key that is in force",
            )

    def listing(self, asset: str) -> tuple[str, int]:
        """Currency and exponent for which a token is listed; the currency is empty if it is not."""
        listed = self.factory.functions.listingOf(self.w3.to_checksum_address(asset)).call()
        return bytes(listed[0]).rstrip(b"\0").decode("latin-1"), int(listed[1])

    def due_revision(self, provider: int, bill_line: bytes) -> int:
        """The revision with which a line of the bill can be filed now: how often one was taken back."""
        return int(self.providers.functions.billLineOf(provider, bill_line).call()[_REVISION])


@dataclass(frozen=True)
class Pool:
    """A risk pool, and the currency that it counts in."""

    chain: Chain
    contract: Contract

    @property
    def address(self) -> str:
        return self.contract.address

    @cached_property
    def currency(self) -> str:
        """ISO 4217 code."""
        return bytes(self.contract.functions.currency().call()).rstrip(b"\0").decode("ascii")

    @cached_property
    def name(self) -> str:
        """Name of its shares, such as Family Pool."""
        return str(self.contract.functions.name().call())

    @cached_property
    def unit(self) -> int:
        """Token units to a minor unit."""
        return int(self.contract.functions.unit().call())

    @cached_property
    def asset(self) -> Contract:
        return self.chain.at("Asset", self.contract.functions.asset().call())

    @cached_property
    def insurer(self) -> str:
        return str(self.contract.functions.insurer().call())

    def words(self, minor: int) -> str:
        """An amount for a person.

        A pool in US dollars says `pool.words(123450)` as `1,234.50 USD`.
        """
        return money.to_words(minor, self.currency)

    def token_words(self, tokens: int) -> str:
        """Token units for a person; what is below a minor unit is cut."""
        return self.words(tokens // self.unit)
