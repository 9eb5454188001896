"""Whether everything stands ready for somebody's work: node, chain, contracts, roles, accreditation, fees.

    for check in examine("https://node.example", Subject(account="0x…", provider=1, attestor="0x…")):
        print(check.state, check.words, check.remedy or "")

Nothing is sent, and nothing at fault is raised: each is a row with its remedy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from salus.base.days import DAY_SECONDS, moment_words, span_words, to_date, utc_day
from salus.base.errors import NodeUnreachable, SalusError
from salus.chain import roles, verify
from salus.chain.address_book import AddressBook, book_of
from salus.chain.fees import in_coin, price_of_gas
from salus.chain.manifest import CONTRACTS, Role
from salus.chain.network import Network
from salus.chain.node import PATIENCE_SECONDS, connect, genesis_of, name_contracts
from salus.chain.suite import Chain
from salus.chain.web3_lazily import web3

if TYPE_CHECKING:
    from web3 import Web3

SKEW_SECONDS: Final = 60
"""By which two clocks may differ: no window of Salus is so narrow."""
_OLD_BLOCK: Final = (120, 900)
"""Seconds after which a live chain's latest block is a warning, and a fault."""
_SOON_DAYS: Final = 30
_A_FILING: Final = 5_000_000
"""Gas of the largest usual transaction: forty claims."""


class Health(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """Works now; somebody should look at it."""
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: Health
    words: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """For whose work it should be ready; what is left out is not checked."""

    account: str | None = None
    """Who sends."""
    provider: int | None = None
    attestor: str | None = None
    """Address of the provider's seal key."""


def examine(
    url: str,
    subject: Subject | None = None,
    *,
    chain_id: int | None = None,
    addresses: AddressBook | None = None,
    patience: float = PATIENCE_SECONDS,
    clock: Callable[[], float] = time.time,
) -> Iterator[Check]:
    """Looks at everything in turn. Ends where the rest cannot be looked at: without a node, or without the
    contracts."""
    try:
        yield from _examine(url, subject or Subject(), chain_id, addresses, patience, clock)
    except NodeUnreachable as error:
        yield _fault("node", error)


def _examine(
    url: str,
    subject: Subject,
    chain_id: int | None,
    addresses: AddressBook | None,
    patience: float,
    clock: Callable[[], float],
) -> Iterator[Check]:
    w3 = connect(url, patience=patience)
    yield Check("node", Health.OK, f"answers, at block {w3.eth.block_number:,} ({_client(w3)})")
    network = Network.of(w3.eth.chain_id)
    yield _chain(network, chain_id)
    yield from _guarded("clock", lambda: _clocks(w3, network, clock()))
    if subject.account is not None:
        account = subject.account
        yield from _guarded("balance", lambda: _balance(w3, network, account))
    book = addresses
    try:
        book = book or book_of(network.chain_id)
        book.check_chain(network.chain_id, genesis_of(w3))
        name_contracts(w3, {entry.address: name for name, entry in book.contracts.items()})
    except NodeUnreachable:
        raise
    except SalusError as error:
        yield _fault("address book", error)
        return
    yield Check("address book", Health.OK, f"is of this chain, deployed from block {book.first_block}")
    chain = Chain(w3, book, network.confirmations, keeps_events=False)
    without = list(_without_code(chain))
    yield from without
    if without:
        return
    yield Check("contracts", Health.OK, f"code stands at the addresses of all {len(CONTRACTS)}")
    yield from _guarded("contracts", lambda: _structure(chain))
    yield from _guarded("roles", lambda: _roles(chain, network))
    if subject.provider is not None:
        provider, attestor = subject.provider, subject.attestor
        yield from _guarded("provider", lambda: _provider(chain, provider))
        if attestor is not None:
            yield from _guarded("attestor key", lambda: _attestor(chain, provider, attestor))


def _guarded(name: str, look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """What is looked at, or the error that it ends in."""
    try:
        yield from look()
    except NodeUnreachable:
        raise
    except SalusError as error:
        yield _fault(name, error)
    except web3.exceptions.Web3Exception as error:
        # of a contract that is another than the address book says
        words = f"a contract does not answer as it should ({type(error).__name__})"
        yield Check(name, Health.FAULT, words, "check the address book and the network")


def _fault(name: str, error: SalusError) -> Check:
    remedy, error.remedy = error.remedy, None
    return Check(name, Health.FAULT, str(error), remedy)


# NODE AND CHAIN


def _client(w3: Web3) -> str:
    try:
        return w3.client_version.split("/")[0][:40]
    except (SalusError, web3.exceptions.Web3Exception):
        return "it does not say what it is"


def _chain(network: Network, wanted: int | None) -> Check:
    found = f"chain {network.chain_id} ({network.name})"
    if wanted is not None and wanted != network.chain_id:
        words = f"the node serves {found}, not chain {wanted}"
        return Check("chain", Health.FAULT, words, "choose the node of the network that you named")
    return Check("chain", Health.OK, f"{found}, which {'counts as live' if network.is_live else 'is local'}")


def _clocks(w3: Web3, network: Network, now: float) -> Iterator[Check]:
    """This machine's clock against the latest block, which is in the past on every chain that runs."""
    block = w3.eth.get_block("latest")
    age = now - block["timestamp"]
    if w3.eth.syncing:
        words, remedy = "the node is still reading the chain", "wait until it has, or choose another node"
        yield Check("latest block", Health.FAULT, words, remedy)
    if age < -SKEW_SECONDS:
        ahead = f"the latest block is {_about(-age)} ahead of this machine's clock"
        if network.is_live:
            yield Check("clock", Health.FAULT, ahead, "set this machine's clock, such as by NTP")
        else:
            yield Check("clock", Health.OK, f"{ahead}, as a local chain's may be")
        return
    yield Check("clock", Health.OK, "this machine's clock and the chain's agree as far as a block shows")
    words = f"the latest block is {_about(age)} old"
    warning, fault = _OLD_BLOCK
    if not network.is_live or age < warning:
        yield Check("latest block", Health.OK, words)
        return
    state = Health.WARNING if age < fault else Health.FAULT
    remedy = "the node may lag behind, or this machine's clock be fast: check both, or choose another node"
    yield Check("latest block", state, words, remedy)


def _about(seconds: float) -> str:
    """A span in its largest unit of which there are two."""
    whole = max(0, int(seconds))
    unit = next((unit for unit in (DAY_SECONDS, 3_600, 60) if whole >= 2 * unit), 1)
    return span_words(whole // unit * unit)


def _balance(w3: Web3, network: Network, account: str) -> Iterator[Check]:
    address = w3.to_checksum_address(account)
    held, price = w3.eth.get_balance(address), price_of_gas(w3)
    fee = _A_FILING * price
    words = f"{address} has {in_coin(held)} {network.coin}"
    remedy = f"bring it some {network.coin}"
    if not price:
        yield Check("balance", Health.OK, f"{words}; gas costs nothing here")
    elif held >= fee:
        yield Check("balance", Health.OK, f"{words}, for about {held // fee:,} filings of forty claims")
    elif held:
        short = f"{words}; a filing of forty claims costs about {in_coin(fee)} {network.coin}"
        yield Check("balance", Health.WARNING, short, remedy)
    else:
        yield Check("balance", Health.FAULT, f"{words}, and can pay no fee", remedy)


# CONTRACTS AND ROLES


def _without_code(chain: Chain) -> Iterator[Check]:
    for name in CONTRACTS:
        try:
            address = chain.addresses.address(name)
        except SalusError as error:
            yield _fault(name, error)
            continue
        if not chain.w3.eth.get_code(chain.w3.to_checksum_address(address)):
            words = f"there is no contract at {address}"
            remedy = "check the network and the address book: the chain may be a new one under the old number"
            yield Check(name, Health.FAULT, words, remedy)


def _structure(chain: Chain) -> Iterator[Check]:
    """How the contracts know each other, and what the roles may call."""
    differing = [
        Check(
            "contracts",
            Health.FAULT,
            f"{what} is {found} instead of {wanted}",
            "do not use this suite before its governor has corrected that",
        )
        for what, found, wanted in verify.structure(chain)
        if found != wanted
    ]
    words = "know each other, and each governed function has its role"
    yield from differing or [Check("contracts", Health.OK, words)]


def _roles(chain: Chain, network: Network) -> Iterator[Check]:
    holders = roles.holders(chain)
    for role in Role:
        those = [holder for holder in holders if holder.role == role]
        who = ", ".join(
            f"{holder.account} ({span_words(holder.delay)} of notice)" if holder.delay else holder.account
            for holder in those
        )
        name, usual = f"role {role.name}", network.usual_delay(role)
        if not those:
            yield Check(name, Health.WARNING, "nobody holds it", "let the governor grant it")
        elif any(holder.delay < usual for holder in those):
            words = f"{who}; {span_words(usual)} of notice are usual on {network.name}"
            yield Check(name, Health.WARNING, words, "ask the governor why it may act with less notice")
        else:
            yield Check(name, Health.OK, who)


# WHO ATTESTS


def _provider(chain: Chain, provider: int) -> Iterator[Check]:
    admin, first, end, suspended = chain.providers.functions.providerOf(provider).call()
    if not int(admin, 16):
        words = f"there is no provider {provider}"
        yield Check("provider", Health.FAULT, words, "check the number, or ask the accreditor")
        return
    today = utc_day(chain.now())
    window = f"provider {provider} is accredited from {to_date(first)} to {to_date(end - 1)}"
    renew = "ask the accreditor to renew it"
    if today < first or today >= end:
        when = "begins later" if today < first else "has ended"
        yield Check("provider", Health.FAULT, f"{window}: that {when}", renew)
    elif end - today <= _SOON_DAYS:
        yield Check("provider", Health.WARNING, f"{window}: {end - today} days are left", renew)
    else:
        yield Check("provider", Health.OK, f"{window}; its admin is {admin}")
    if suspended:
        words = f"provider {provider} is suspended: every new line is held for review"
        yield Check("provider", Health.WARNING, words, "ask the accreditor why")


def _attestor(chain: Chain, provider: int, attestor: str) -> Iterator[Check]:
    address = chain.w3.to_checksum_address(attestor)
    first, end, revoked = chain.providers.functions.keyOf(provider, address).call()
    now, add = chain.now(), "add a key: salus hospital add-key"
    if not end:
        words = f"{address} is no key of provider {provider}"
        yield Check("attestor key", Health.FAULT, words, f"check the key and the number, or {add}")
    elif revoked:
        yield Check("attestor key", Health.FAULT, f"{address} is revoked", add)
    elif not first <= now < end:
        words = f"{address} may sign from {moment_words(first)} to before {moment_words(end)}, and not now"
        yield Check("attestor key", Health.FAULT, words, add)
    else:
        words = f"{address} may sign until {moment_words(end)}"
        is_soon = end - now <= _SOON_DAYS * DAY_SECONDS
        yield Check("attestor key", Health.WARNING if is_soon else Health.OK, words, add if is_soon else None)
