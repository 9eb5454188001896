"""Checks the conditions for signing a quote.

The policy can be issued, the signer may sign for the pool, and no file that somebody may still need is
replaced.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from salus.base.days import latest_day, words_of
from salus.base.errors import InputError, PolicyError
from salus.chain import policies
from salus.chain.events import PolicyIssued
from salus.chain.suite import Chain, Pool
from salus.cover.policy import PolicyFile
from salus.cover.signed_file import QUOTE
from salus.types import Policy

_ANOTHER_FILE = "name another file, or move this one away"


def check_can_be_issued(pool: Pool, terms: Policy) -> None:
    """Checks that the policy could be issued now, because otherwise its quote is worthless."""
    if terms.start <= latest_day(pool.chain.now()):
        raise PolicyError(
            f"{words_of(terms.start)} has begun somewhere on earth, and no policy is issued after its start",
            field="start",
            remedy="name a later day",
        )
    if terms.currency != pool.currency:
        raise PolicyError(
            f"is in {pool.currency}, but the benefit table is in {terms.currency}",
            field="pool",
            remedy="name a pool in the table's currency",
        )


def check_quote_signer(pool: Pool, signer: str, *, field: str) -> None:
    """Checks that the address may sign policies for the pool. `field` is its name in the error."""
    if not pool.contract.functions.isQuoteSigner(signer).call():
        raise InputError(
            f"{signer} may not sign policies that pool {pool.address} carries",
            field=field,
            remedy="sign with a quote signer of the pool, or add this one: salus insurer add-quote-signer",
        )


def policy_to_sign(chain: Chain, path: Path, drafted: PolicyFile) -> PolicyFile:
    """Returns the policy in the file if it has the drafted terms, and the draft if there is no file.

    Each draft has a different salt. The salt in the file is used, so that a quote that is signed again is for
    the same policy. Raises PolicyError if the file contains anything else, or a policy that is issued, or if
    another policy over the same enrolment is.
    """
    if not path.exists():
        _check_enrolment_is_new(chain, drafted.terms)
        return drafted
    earlier = None
    with suppress(PolicyError):
        earlier = PolicyFile.load(path)
    if earlier is None or replace(drafted, terms=replace(drafted.terms, salt=earlier.terms.salt)) != earlier:
        raise PolicyError("exists and is not this policy", file=str(path), remedy=_ANOTHER_FILE)
    if policies.is_issued(chain, earlier.policy_id):
        raise PolicyError("is already issued", file=str(path), remedy=_ANOTHER_FILE)
    _check_enrolment_is_new(chain, earlier.terms)
    return earlier


def _check_enrolment_is_new(chain: Chain, terms: Policy) -> None:
    """Checks that no policy was sold to these members under the same keys, whose claims would show that.

    No contract checks it, so the events come from the node, not from those that were kept.
    """
    for issued in chain.without_store().past(PolicyIssued):
        if issued.terms.members == terms.members:
            raise PolicyError(
                f"was sold as policy 0x{issued.policy.hex()} before; under the same keys, anybody could link "
                "the two policies on the chain",
                field="enrolled",
                remedy="ask the holder for an enrolment with a new policy key, made in a new folder",
            )


def check_quote_file(path: Path, policy: bytes) -> None:
    """Checks that writing the quote does not replace a quote of another policy."""
    if path.exists():
        with suppress(PolicyError):
            if QUOTE.load(path).content.get("policy") == "0x" + policy.hex():
                return
        raise PolicyError("exists and is not a quote of this policy", file=str(path), remedy=_ANOTHER_FILE)
