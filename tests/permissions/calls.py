"""For every writing function, a call that succeeds for each permitted caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from salus.crypto.abi import keccak
from tests.permissions.stage import Stage
from tests.support.bills import CLAIMED, LINE, POLICY, bill
from tests.support.craft import DAY, word
from tests.support.issuing import quoted
from tests.support.words import charge

MEMBER, ROOT, GROUP = word("member"), word("root"), word("group")
CHARGE = charge(paid=20_011, deductible=5_003, coinsurance=1_009, units=3)
ROLE = 5
"""A role that nobody has."""


@dataclass(frozen=True)
class Call:
    """A function of a contract as a Brownie object, and its arguments for a given caller."""

    method: Any
    arguments: Callable[[Any], tuple[Any, ...]]


def call(method: Any, *arguments: Any) -> list[Call]:
    """Makes a call with the same arguments for every caller."""
    return [Call(method, lambda _: arguments)]


def provider_registry(stage: Stage, function: str) -> list[Call]:
    world, registry = stage.world, stage.world.providers
    method = getattr(registry, function)
    today = world.today()
    if function == "release":
        for desk in ("claim desk", "other desk"):
            registry.record(*bill(world), {"from": stage.parties[desk]})
    arguments: dict[str, tuple[Any, ...]] = {
        "accredit": (world.stranger, 0, 1, ROOT),
        "renew": (world.provider, 0, 2**32 - 1, ROOT),
        "endAccreditation": (world.provider, today),
        "setSuspended": (world.provider, True),
        "setAdmin": (world.provider, world.stranger),
        "addKey": (world.provider, world.stranger, 0, 1),
        "revokeKey": (world.provider, world.attestor.address),
        "setDailyCap": (world.pool, world.provider, CLAIMED),
        "enterSafeMode": (world.desk,),
        "listDesk": (world.stranger,),
        "retireDesk": (world.desk,),
        "record": bill(world),
        "release": (world.provider, LINE, POLICY),
        "setAuthority": (world.manager,),
    }
    return call(method, *arguments[function])


def consent_registry(stage: Stage, function: str) -> list[Call]:
    world, registry = stage.world, stage.world.consents
    if function == "give":
        return call(registry.give, MEMBER, 0, 1, 0, 1)
    if function == "giveBySignature":
        return call(registry.giveBySignature, *world.signed_consent(MEMBER))
    registry.giveBySignature(*world.signed_consent(MEMBER), {"from": world.stranger})
    if function == "withdraw":
        return call(registry.withdraw, MEMBER, 0)
    return call(registry.withdrawBySignature, *world.signed_consent(MEMBER, purposes=0))


def policy_book(stage: Stage, function: str) -> list[Call]:
    world, book = stage.world, stage.world.book
    if function == "issue":
        return call(book.issue, *quoted(world, world.draft()))
    if function == "issueWithPermit":
        return call(book.issueWithPermit, *quoted(world, world.draft()), stage.worthless_permit())
    if function == "close":
        sold = stage.sold()
        world.travel(book.closableAt(sold.terms.as_tuple()))
        return call(book.close, sold.terms.as_tuple())
    if function in ("charge", "settle", "release"):
        book.charge(POLICY, GROUP, CHARGE, True, {"from": stage.parties["claim desk"]})
        arguments: dict[str, tuple[Any, ...]] = {
            "charge": (POLICY, GROUP, CHARGE, False),
            "settle": (POLICY, 20_011),
            "release": (POLICY, GROUP, CHARGE),
        }
        return call(getattr(book, function), *arguments[function])
    return _policy_token(stage, function)


def _policy_token(stage: Stage, function: str) -> list[Call]:
    world, book = stage.world, stage.world.book
    token = int.from_bytes(stage.sold(begin=False).policy_id, "big")
    move = (world.holder, world.stranger, token)
    if function == "approve":
        return call(book.approve, world.stranger, token)
    if function == "setApprovalForAll":
        return call(book.setApprovalForAll, world.stranger, True)
    if function == "transferFrom":
        return call(book.transferFrom, *move)
    plain, with_data = "address,address,uint256", "address,address,uint256,bytes"
    overloads = book.safeTransferFrom
    return [*call(overloads[plain], *move), *call(overloads[with_data], *move, b"")]


def claim_desk(stage: Stage, function: str) -> list[Call]:
    world, desk = stage.world, stage.world.desk
    if function == "file":
        return call(desk.file, *world.attest([stage.sold().line()]).as_arguments())
    if function == "settle":
        return call(desk.settle, *stage.held(due=True)[1:])
    if function == "collect":
        return call(desk.collect, *stage.owed())
    if function == "withdraw":
        return call(desk.withdraw, *stage.held(due=False))
    return call(desk.withdrawRoot, world.provider, ROOT)


def risk_pool(stage: Stage, function: str) -> list[Call]:
    world, pool = stage.world, stage.world.pool
    if function == "acceptOwnership":
        pool.transferOwnership(stage.parties["incoming insurer"], {"from": world.insurer})
    arguments: dict[str, tuple[Any, ...]] = {
        "setQuoteSigner": (world.stranger, True),
        "setSalesPaused": (ROOT, True),
        "transferOwnership": (world.stranger,),
        "acceptOwnership": (),
        "renounceOwnership": (),
        "accrue": (),
        "approve": (world.stranger, 1),
        "deposit": (world.unit, world.stranger),
        "giveNotice": (1,),
        "transfer": (world.stranger, 1),
    }
    if function in arguments:
        return call(getattr(pool, function), *arguments[function])
    if function == "mint":
        return call(pool.mint, pool.convertToShares(world.unit), world.stranger)
    if function in ("withdraw", "redeem"):
        stage.noticed()
        amount = 1 if function == "withdraw" else pool.convertToShares(1)
        return call(getattr(pool, function), amount, world.stranger, world.capital)
    if function == "transferFrom":
        stage.lend()
        return call(pool.transferFrom, world.capital, world.stranger, 1)
    return _pool_of_the_suite(stage, function)


def _pool_of_the_suite(stage: Stage, function: str) -> list[Call]:
    """Calls that only book and desk may make, and calls that support a pool in deficit."""
    world, pool = stage.world, stage.world.pool
    sold = stage.sold(begin=False, consent=False)
    if function == "recapitalise":
        stage.drain()
        return call(pool.recapitalise, 7)
    if function == "underwrite":
        terms = sold.terms
        return call(
            pool.underwrite,
            (
                world.payer,
                world.quote_signer.address,
                world.payee,
                terms.benefit_table,
                b"USD",
                terms.premium,
                terms.start,
                terms.end,
                1,
            ),
        )
    desk = {"from": stage.parties["claim desk"]}
    pool.reserve(7, 7, desk)
    if function == "collect":
        pool.settle(pool, 7, desk)
    arguments: dict[str, tuple[Any, ...]] = {
        "unlock": (1,),
        "pay": (world.payee, 7, 7),
        "reserve": (7, 7),
        "settle": (world.payee, 7),
        "collect": (world.payee, 7),
        "release": (7, 7),
    }
    return call(getattr(pool, function), *arguments[function])


def risk_pool_factory(stage: Stage, function: str) -> list[Call]:
    world, factory = stage.world, stage.world.factory
    arguments: dict[str, tuple[Any, ...]] = {
        "listAsset": (world.asset, b"USD", 2),
        "delistAsset": (world.asset,),
        "createPool": (world.asset, world.stranger, "Pool", "P"),
        "setAuthority": (world.manager,),
    }
    return call(getattr(factory, function), *arguments[function])


def access_manager(stage: Stage, function: str) -> list[Call]:
    world, manager = stage.world, stage.world.manager
    suspend = world.providers.setSuspended.encode_input(world.provider, True)
    if function == "renounceRole":
        return [Call(manager.renounceRole, lambda caller: (ROLE, caller))]
    if function in ("schedule", "cancel"):
        manager.grantRole(1, world.accreditor, DAY, {"from": world.governor})
    if function == "cancel":
        manager.schedule(world.providers, suspend, 0, {"from": world.accreditor})
    arguments: dict[str, tuple[Any, ...]] = {
        "labelRole": (ROLE, "ROLE"),
        "grantRole": (ROLE, world.stranger, 0),
        "revokeRole": (1, world.accreditor),
        "setRoleAdmin": (ROLE, 1),
        "setRoleGuardian": (ROLE, 1),
        "setGrantDelay": (ROLE, 1),
        "setTargetFunctionRole": (world.providers, [suspend[:10]], 2),
        "setTargetAdminDelay": (world.providers, 1),
        "setTargetClosed": (world.providers, True),
        "updateAuthority": (world.providers, world.manager),
        "multicall": ([manager.labelRole.encode_input(ROLE, "ROLE")],),
        "schedule": (world.providers, suspend, 0),
        "execute": (world.providers, suspend),
        "cancel": (world.accreditor, world.providers, suspend),
        "consumeScheduledOp": (world.accreditor, suspend),
    }
    return call(getattr(manager, function), *arguments[function])


CALLS: dict[str, Callable[[Stage, str], list[Call]]] = {
    "ProviderRegistry": provider_registry,
    "ConsentRegistry": consent_registry,
    "PolicyBook": policy_book,
    "ClaimDesk": claim_desk,
    "RiskPool": risk_pool,
    "RiskPoolFactory": risk_pool_factory,
    "SalusAccessManager": access_manager,
}


def arguments_of(error: str, stage: Stage, calls: list[Call], caller: Any) -> tuple[Any, ...]:
    """Returns the arguments of the error that a refused caller receives."""
    world = stage.world
    target = (world.providers, keccak(b"setSuspended(uint64,bool)")[:4])
    known: dict[str, tuple[Any, ...]] = {
        "AccessManagerUnauthorizedAccount": (caller, 0),
        "AccessManagerUnauthorizedCall": (caller, *target),
        "AccessManagerUnauthorizedCancel": (caller, world.accreditor, *target),
        "NotProviderAdmin": (world.provider, caller),
        "NotInsurer": (world.pool, caller),
        "NothingToWithdraw": (caller, MEMBER, 0),
        "NoticeTooLarge": (1, 0),
        "Bound": (),
        "InsurerNeeded": (),
        "ERC20InsufficientBalance": (caller, 0, 1),
    }
    if error == "ERC721InsufficientApproval":
        return caller, calls[0].arguments(caller)[2]
    if error == "ERC20InsufficientAllowance":
        return caller, 0, shares_of(world.pool, calls[0], caller)
    return known.get(error, (caller,))


def shares_of(pool: Any, asked: Call, caller: Any) -> int:
    """Returns the shares that a call would burn."""
    arguments = asked.arguments(caller)
    if asked.method._name.endswith("transferFrom"):
        return int(arguments[2])
    if asked.method._name.endswith("withdraw"):
        return int(pool.previewWithdraw(arguments[0]))
    return int(arguments[0])
