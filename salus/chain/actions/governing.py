"""The governor's actions: who holds which role, which desks and assets are listed, and the brakes on both."""

from __future__ import annotations

from salus.base import money
from salus.base.days import DAY_SECONDS, moment_words, span_words
from salus.base.errors import InputError
from salus.chain import roles
from salus.chain.manifest import GOVERNED, MANAGER, DeskStatus, Role
from salus.chain.sending import Action
from salus.chain.suite import Chain
from salus.chain.web3_lazily import web3

LONGEST_DELAY_DAYS = 365
"""A longer delay would stop the governor from acting at all."""


def list_asset(chain: Chain, *, asset: str, currency: str) -> Action:
    """Lets new pools hold a token, for the currency that it stands for. Raises InputError for what is no
    token, and for one with fewer decimals than the currency."""
    exponent = money.exponent(currency)
    symbol, decimals = _token(chain, asset)
    if decimals < exponent:
        raise InputError(
            f"{asset} ({symbol}) has {decimals} decimals, fewer than {currency}, which has {exponent}",
            field="asset",
            remedy="name another token",
        )
    listed, _ = chain.listing(asset)
    return Action(
        "RiskPoolFactory",
        chain.factory.functions.listAsset(asset, currency.encode(), exponent),
        (
            f"List the asset {asset} ({symbol}, {decimals} decimals) for {currency}"
            f" (now: {listed or 'not listed'}).",
            "New pools may hold it. That it takes no fees and does not rebase is the governor's word.",
        ),
    )


def delist_asset(chain: Chain, *, asset: str) -> Action:
    """Stops new pools of a token. Raises InputError if it is not listed."""
    listed, _ = chain.listing(asset)
    if not listed:
        raise InputError(f"{asset} is not listed", field="asset", remedy="nothing is to be done")
    return Action(
        "RiskPoolFactory",
        chain.factory.functions.delistAsset(asset),
        (
            f"Take the asset {asset}, listed for {listed}, off the list.",
            "Pools that hold it go on.",
        ),
    )


def list_desk(chain: Chain, *, desk: str) -> Action:
    """Lets a claim desk write bill lines. Raises InputError if it is listed, or is no contract."""
    status = _desk(chain, desk)
    if status == DeskStatus.LISTED:
        raise InputError(f"{desk} is listed already", field="desk", remedy="nothing is to be done")
    if not chain.w3.eth.get_code(chain.w3.to_checksum_address(desk)):
        raise InputError(f"there is no contract at {desk}", field="desk", remedy="name a claim desk")
    return Action(
        "ProviderRegistry",
        chain.providers.functions.listDesk(desk),
        (
            f"List the desk {desk}{', which was retired' if status == DeskStatus.RETIRED else ''}.",
            "It may then write that a bill line was claimed, and so block it at every other desk.",
        ),
    )


def retire_desk(chain: Chain, *, desk: str) -> Action:
    """Ends a desk's new claims. Raises InputError if it is not listed."""
    if _desk(chain, desk) != DeskStatus.LISTED:
        raise InputError(f"{desk} is not listed", field="desk", remedy="name a listed desk")
    own = " It is the claim desk of this suite." if desk == chain.desk.address else ""
    return Action(
        "ProviderRegistry",
        chain.providers.functions.retireDesk(desk),
        (
            f"Retire the desk {desk}: it decides no new line.{own}",
            "Held and owed claims are settled, collected and withdrawn as before.",
        ),
    )


def grant_role(chain: Chain, *, role: Role, holder: str, delay: int) -> Action:
    """Gives a role to an account, or changes its delay; `delay` is in seconds. Raises InputError if it is
    longer than `LONGEST_DELAY_DAYS`."""
    if not 0 <= delay <= LONGEST_DELAY_DAYS * DAY_SECONDS:
        raise InputError(f"{delay} seconds is not 0 to {LONGEST_DELAY_DAYS} days", field="delay")
    holds, before = chain.manager.functions.hasRole(role, holder).call()
    words = [f"Give the role {role.name} to {holder}{' (it holds it now)' if holds else ''}."]
    words.append(f"Its actions {_notice(delay)}{f' (now: {_notice(before)})' if holds else ''}.")
    if holds and delay < before:
        words.append(f"A shorter delay takes effect {span_words(before - delay)} after the grant.")
    return Action(
        MANAGER,
        chain.manager.functions.grantRole(role, holder, delay),
        tuple(words),
    )


def revoke_role(chain: Chain, *, role: Role, holder: str) -> Action:
    """Takes a role from an account. Raises InputError if the account does not hold it, or is the last
    governor: nobody could ever grant a role again."""
    holding = [one.account for one in roles.holders(chain) if one.role == role]
    if holder not in holding:
        raise InputError(
            f"{holder} does not hold the role {role.name}", field="holder", remedy="see `governor status`"
        )
    if role is Role.GOVERNOR and holding == [holder]:
        raise InputError(
            f"{holder} is the last governor", field="holder", remedy="grant the role to the next one first"
        )
    left = len(holding) - 1
    return Action(
        MANAGER,
        chain.manager.functions.revokeRole(role, holder),
        (
            f"Take the role {role.name} from {holder}.",
            f"{left or 'No'} other account{'s hold' if left != 1 else ' holds'} it.",
        ),
    )


def close(chain: Chain, *, contract: str, closed: bool) -> Action:
    """Closes what roles may call in a contract to all of them, or opens it again."""
    functions = ", ".join(GOVERNED[contract])
    verb = "Close" if closed else "Open"
    return Action(
        MANAGER,
        chain.manager.functions.setTargetClosed(chain.addresses.address(contract), closed),
        (
            f"{verb} {contract} for every role: {functions}.",
            "What asks for no role goes on as before; nothing due is delayed.",
        ),
    )


def cancel(chain: Chain, *, operation: bytes) -> Action:
    """Cancels what was announced, by whoever announced it or by a governor, without notice. Raises InputError
    if nothing of that name is announced."""
    found = next((one for one in roles.announced(chain) if one.operation == operation), None)
    if found is None:
        raise InputError(
            f"0x{operation.hex()} is not announced", field="operation", remedy="see `governor status`"
        )
    return Action(
        MANAGER,
        chain.manager.functions.cancel(found.caller, found.target, found.data),
        (
            f"Cancel what {found.caller} announced, to be done from {moment_words(found.opens_at)}:",
            f"  {roles.call_words(chain, found.target, found.data)}",
        ),
    )


def _notice(delay: int) -> str:
    return f"wait {span_words(delay)} after they are announced" if delay else "need no announcement"


def _token(chain: Chain, asset: str) -> tuple[str, int]:
    token = chain.at("Asset", asset).functions
    try:
        return str(token.symbol().call()), int(token.decimals().call())
    except (web3.exceptions.BadFunctionCallOutput, web3.exceptions.ContractLogicError):
        raise InputError(f"there is no token at {asset}", field="asset", remedy="name an ERC-20") from None


def _desk(chain: Chain, desk: str) -> int:
    return int(chain.providers.functions.deskOf(desk).call()[0])
