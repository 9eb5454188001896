"""Defines the exceptions of Salus, grouped by what the caller can do about them.

    SalusError
    ├── InputError              correct the named file, field or value, then run again
    │   ├── TableError          … in a benefit table (line and field)
    │   ├── FhirError           … in a FHIR file (file, resource and field)
    │   ├── CardError           … in a member card
    │   ├── RecordError         … in a sealed record
    │   ├── AttestationError    … in an attestation or its proofs
    │   ├── PolicyError         … in the terms of a policy
    │   ├── AddressBookError    … in `deployments/<chain id>.json`
    │   └── OutboxError         … in the outbox, where a provider keeps what it files
    ├── MissingLibrary          install a library of the system, then run again
    └── ChainError              look at the chain, the address book or the account
        ├── NodeUnreachable     start or choose a node, then run again
        │   └── NodeBusy        … or run again later: the node takes no more calls now
        ├── NodeRefused         the node answered with an error, which its words explain
        │   ├── InsufficientFunds   bring the account some of the chain's coin, for fees
        │   ├── NonceUsed       another transaction of the account was faster; run again
        │   └── FeeTooLow       the price of gas has risen; run again
        ├── NoContract          the address has no code: look at the address book and the network
        ├── WrongChain          choose the network that the address book belongs to
        ├── NotAccredited       ask the accreditor, or sign with an accredited key
        ├── NotAuthorised       send it from an account that holds the role, or let the governor grant it
        ├── NotFinished         a transaction was sent and is not confirmed; look it up before anything else
        ├── DeploymentError     the contracts on the chain differ from what the deployment asked for
        └── Reverted            the contract refused; its typed error gives the reason

Every error names the value at fault and the remedy, and carries both as attributes. No error ever contains a
key, or a patient's name or clinical code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class SalusError(Exception):
    """Base of all errors that Salus raises. `remedy` says in a few words what to do next."""

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


class InputError(SalusError):
    """The input cannot be used; `file`, `line`, `resource` and `field` say where, as far as is known.

    >>> str(InputError("is negative", file="a.json", resource="Claim/7", field="total", remedy="correct it"))
    'a.json: Claim/7.total: is negative; correct it'
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        resource: str | None = None,
        field: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.file = file
        self.line = line
        self.resource = resource
        self.field = field
        super().__init__(message, remedy=remedy)

    def __str__(self) -> str:
        place = f"{self.file or ''}{f':{self.line}' if self.line else ''}"
        element = ".".join(part for part in (self.resource, self.field) if part)
        return ": ".join(part for part in (place, element, super().__str__()) if part)


class TableError(InputError):
    """A benefit table cannot be read, or breaks a rule of benefit tables."""


class FhirError(InputError):
    """A whole FHIR file cannot be used: not JSON, not a Bundle, not release R4."""


class CardError(InputError):
    """A member card cannot be read, or belongs to another policy or chain."""


class RecordError(InputError):
    """A sealed record cannot be opened, or is not the one that was attested."""


class AttestationError(InputError):
    """An attestation, one of its lines or a proof is not valid."""


class PolicyError(InputError):
    """The terms of a policy are out of bounds or contradict each other."""


class AddressBookError(InputError):
    """An address book cannot be read or written, or lacks a contract."""


class OutboxError(InputError):
    """An outbox cannot be read or written, or its content is not what the caller asks for."""


class MissingLibrary(SalusError):
    """The machine lacks a library of the system that this one step needs."""


class ChainError(SalusError):
    """The node, the chain or a contract prevents the request."""


class NodeUnreachable(ChainError):
    """The node does not answer, or stopped answering during the request."""


class NodeBusy(NodeUnreachable):
    """The node takes no more calls now (HTTP 429 or 503, or a limit on calls). `wait` is how many seconds it
    asks for, if it says so."""

    def __init__(self, message: str, *, wait: float | None = None, remedy: str | None = None) -> None:
        self.wait = wait
        super().__init__(message, remedy=remedy)


class NodeRefused(ChainError):
    """The node answered a call with an error that is no contract's. `method` is the call's JSON-RPC method,
    `code` the error's number, and `words` what the node said."""

    def __init__(
        self,
        message: str,
        *,
        method: str,
        code: int | None = None,
        words: str = "",
        remedy: str | None = None,
    ) -> None:
        self.method = method
        self.code = code
        self.words = words
        super().__init__(message, remedy=remedy)


class InsufficientFunds(NodeRefused):
    """The account has too little of the chain's coin for the fee."""


class NonceUsed(NodeRefused):
    """The transaction's number is not the next of its account."""


class FeeTooLow(NodeRefused):
    """The node takes no transaction at this price of gas."""


class NoContract(ChainError):
    """There is no code at an address where a contract should be. `address` is the address."""

    def __init__(self, message: str, *, address: str, remedy: str | None = None) -> None:
        self.address = address
        super().__init__(message, remedy=remedy)


class WrongChain(ChainError):
    """The node serves a different chain from the one in the address book."""


class NotAccredited(ChainError):
    """The provider or the attestor key is not accredited for the time in question."""


class NotAuthorised(ChainError):
    """The account does not hold the role that the action requires, or nobody may use the role now."""

    def __init__(self, message: str, *, role: str, account: str, remedy: str | None = None) -> None:
        self.role = role
        self.account = account
        super().__init__(message, remedy=remedy)


class NotFinished(ChainError):
    """A transaction was sent, but its receipt did not arrive in time. It may still be mined."""

    def __init__(self, message: str, *, transaction: str, remedy: str | None = None) -> None:
        self.transaction = transaction
        super().__init__(message, remedy=remedy)


class DeploymentError(ChainError):
    """The deployed contracts differ from the parameters, or this deployer cannot complete them."""


class Reverted(ChainError):
    """A contract refused the call. The message contains its decoded typed error.

    `name` is the name of the Solidity error (None for a revert without one). `arguments` maps the Solidity
    names of its arguments to their values.
    """

    def __init__(
        self,
        message: str,
        *,
        name: str | None = None,
        arguments: Mapping[str, Any] | None = None,
        remedy: str | None = None,
    ) -> None:
        self.name = name
        self.arguments = dict(arguments or {})
        super().__init__(message, remedy=remedy)
