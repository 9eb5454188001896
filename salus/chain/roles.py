"""Who may take a governed action, and when: at once, or announced first where the role has a delay.

The access manager lets whoever holds a role with an execution delay announce a call (`schedule`) and, when
the delay is over and for a week, make it. The call itself is the same as without a delay: the contract asks
the manager whether it was announced.

    turn = turn_of(chain, action, account)
    Stage.NOW         send the action
    Stage.UNKNOWN     send `announcement(chain, turn)`
    Stage.ANNOUNCED   wait until `turn.opens_at`
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from salus.base import days
from salus.base.errors import NotAuthorised
from salus.chain import events
from salus.chain.manifest import GOVERNED, MANAGED, MANAGER, Role
from salus.chain.sending import Action
from salus.chain.suite import Chain


class Stage(Enum):
    """Where a governed action stands for the account that wants to take it."""

    NOW = auto()
    UNKNOWN = auto()
    """It must be announced first, and is not: never was, ran out, was cancelled or is done."""
    ANNOUNCED = auto()
    """It was announced, and its time has not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whether an account may take an action now, and what stands before it."""

    action: Action
    stage: Stage
    delay: int = 0
    """Seconds between announcing and doing; 0 without."""
    opens_at: int = 0
    """First second at which an announced action may be taken; 0 if it is not announced."""
    closes_at: int = 0
    """First second at which it must be announced anew."""
    done: str | None = None
    """The transaction in which the very same call was made, if it was announced before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """An announced call that has neither been made nor cancelled, nor run out."""

    operation: bytes
    caller: str
    target: str
    data: bytes
    opens_at: int
    closes_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An account that holds a role."""

    role: int
    account: str
    delay: int
    """Seconds between announcing and doing."""


def turn_of(chain: Chain, action: Action, account: str) -> Turn:
    """Whether the account may take the action now. What asks for no role may be taken at once.

    Raises NotAuthorised, naming role and account, if the account does not hold the role that it asks for.
    """
    role = role_for(chain, action)
    if role is None:
        return Turn(action=action, stage=Stage.NOW)
    delay = _delay(chain, action, role, account)
    if not delay:
        return Turn(action=action, stage=Stage.NOW)
    operation = _operation(chain, action, account)
    opens_at = chain.manager.functions.getSchedule(operation).call()
    if opens_at:
        return Turn(
            action=action,
            stage=Stage.NOW if opens_at <= chain.now() else Stage.ANNOUNCED,
            delay=delay,
            opens_at=opens_at,
            closes_at=opens_at + _lifetime(chain),
        )
    return Turn(action=action, stage=Stage.UNKNOWN, delay=delay, done=_done(chain, operation))


def role_for(chain: Chain, action: Action) -> int | None:
    """The role that an action asks for; None if it asks for none."""
    functions = chain.manager.functions
    if action.contract == MANAGER and action.name in MANAGED:
        grants = action.name != "setTargetClosed"
        return int(functions.getRoleAdmin(action.function.args[0]).call()) if grants else Role.GOVERNOR
    if action.name not in GOVERNED.get(action.contract, {}):
        return None
    target, selector = action.function.address, chain.calldata(action)[:10]
    return int(functions.getTargetFunctionRole(target, selector).call())


def announcement(chain: Chain, turn: Turn) -> Action:
    """Announces an action: nothing happens but that its delay begins."""
    action, earliest = turn.action, days.moment_words(chain.now() + turn.delay)
    lifetime = days.span_words(_lifetime(chain))
    return Action(
        MANAGER,
        chain.manager.functions.schedule(action.function.address, chain.calldata(action), 0),
        (
            f"Announce this, which asks for {days.span_words(turn.delay)} of notice:",
            *(f"  {line}" for line in action.words),
            f"This account may do it from about {earliest}, for {lifetime}.",
        ),
    )


def name_of(role: int) -> str:
    """A role for a person.

    >>> name_of(2), name_of(7)
    ('SENTINEL', 'role 7')
    """
    return Role(role).name if role in set(Role) else f"role {role}"


def holders(chain: Chain) -> list[Holder]:
    """Everybody who holds a role, by role. The manager keeps no list, so its events say whom to ask for."""
    granted = {(event.role_id, event.account) for event in chain.past(events.RoleGranted)}
    asked = [(role, account, *_held(chain, role, account)) for role, account in sorted(granted)]
    return [Holder(role=role, account=account, delay=delay) for role, account, holds, delay in asked if holds]


def labels(chain: Chain) -> dict[int, str]:
    """The label of each role that has one; the latest counts."""
    return {event.role_id: event.label for event in chain.past(events.RoleLabel)}


def announced(chain: Chain) -> Iterator[Announced]:
    """What is announced and may still be done, oldest first."""
    latest = {event.operation_id: event for event in chain.past(events.OperationScheduled)}
    lifetime = _lifetime(chain) if latest else 0
    for operation, event in latest.items():
        opens_at = chain.manager.functions.getSchedule(operation).call()
        if opens_at:
            yield Announced(
                operation=operation,
                caller=event.caller,
                target=event.target,
                data=event.data,
                opens_at=opens_at,
                closes_at=opens_at + lifetime,
            )


def call_words(chain: Chain, target: str, data: bytes) -> str:
    """A call for a person: contract, function and arguments."""
    for name in (MANAGER, *GOVERNED):
        contract = chain.contract(name)
        if contract.address == target:
            function, arguments = contract.decode_function_input(data)
            words = ", ".join(f"{argument} {_plain(value)}" for argument, value in arguments.items())
            return f"{function.fn_name}({words})"
    return f"a call of {target}"


def _delay(chain: Chain, action: Action, role: int, account: str) -> int:
    """Seconds of the delay with which the account may take the action."""
    holds, delay = _held(chain, role, account)
    wanted = f"{action.contract}.{action.name}"
    if not holds:
        since = chain.manager.functions.getAccess(role, account).call()[0]
        until = f" before {days.moment_words(since)}" if since else ""
        raise NotAuthorised(
            f"{account} does not hold the role {name_of(role)}{until}, which {wanted} asks for",
            role=name_of(role),
            account=account,
            remedy="send it from an account that holds it, or let the governor grant it",
        )
    if action.contract != MANAGER and chain.manager.functions.isTargetClosed(action.function.address).call():
        raise NotAuthorised(
            f"{account} holds the role {name_of(role)}, but {action.contract} is closed for every role",
            role=name_of(role),
            account=account,
            remedy=f"let the governor open it: salus governor close --contract {action.contract} --reopen",
        )
    if action.name == "setTargetClosed":
        target = action.function.args[0]
        return max(delay, int(chain.manager.functions.getTargetAdminDelay(target).call()))
    return delay


def _held(chain: Chain, role: int, account: str) -> tuple[bool, int]:
    holds, delay = chain.manager.functions.hasRole(role, account).call()
    return bool(holds), int(delay)


def _operation(chain: Chain, action: Action, account: str) -> bytes:
    target = action.function.address
    return bytes(chain.manager.functions.hashOperation(account, target, chain.calldata(action)).call())


def _done(chain: Chain, operation: bytes) -> str | None:
    nonce = chain.manager.functions.getNonce(operation).call()
    if not nonce:
        return None
    found = chain.past(events.OperationExecuted, operation_id=operation, nonce=nonce)
    return next((event.transaction for event in found), None)


def _lifetime(chain: Chain) -> int:
    return int(chain.manager.functions.expiration().call())


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        text = value.rstrip(b"\0")
        return text.decode() if text.isalpha() else "0x" + value.hex()
    return str(value)
