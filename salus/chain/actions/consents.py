"""Giving and withdrawing consent, by transaction or by a signature that anyone may bring to the chain."""

from __future__ import annotations

from salus.base.days import period_words
from salus.base.errors import InputError
from salus.chain.sending import Action
from salus.chain.suite import Chain
from salus.crypto.abi import ZERO_ADDRESS
from salus.types import Consent, Purpose


def give(chain: Chain, *, member: bytes, provider: int, purposes: Purpose, from_: int, until: int) -> Action:
    """Gives the sender's consent for care from day `from_` to day `until`; provider 0: any.

    Raises InputError if there is no such provider: whoever gets its number later could use the consent.
    """
    return Action(
        "ConsentRegistry",
        chain.consents.functions.give(member, provider, int(purposes), from_, until),
        (
            f"Let {_known(chain, provider)} {purpose_words(purposes)}, for care "
            f"{period_words(from_, until + 1)}.",
            "This shows on the chain.",
        ),
    )


def prepare(
    chain: Chain,
    *,
    signer: str,
    member: bytes,
    provider: int,
    purposes: Purpose,
    from_: int,
    until: int,
    deadline: int,
) -> Consent:
    """A consent for the signer to sign under `chain.consent_domain`, with the signer's next nonce. Purposes
    of 0 withdraw."""
    return Consent(
        member=member,
        provider=provider,
        purposes=int(purposes),
        from_=from_,
        until=until,
        nonce=chain.consents.functions.nonces(signer).call(),
        deadline=deadline,
    )


def record(chain: Chain, *, signer: str, consent: Consent, signature: bytes) -> Action:
    """Brings a signed consent, or a signed withdrawal, to the chain; anyone may.

    Raises InputError for a consent to a provider that there is not.
    """
    functions = chain.consents.functions
    method = functions.giveBySignature if consent.purposes else functions.withdrawBySignature
    what = (
        f"Record that {signer} lets {_known(chain, consent.provider)} "
        f"{purpose_words(Purpose(consent.purposes))}, "
        f"for care {period_words(consent.from_, consent.until + 1)}."
        if consent.purposes
        else f"Record that {signer} takes back what it let {_whom(consent.provider)} do."
    )
    return Action("ConsentRegistry", method(signer, consent.as_tuple(), signature), (what,))


def withdraw(chain: Chain, *, member: bytes, provider: int) -> Action:
    """Withdraws the sender's consent after today; what is past stays. Provider 0: the entry for any."""
    return Action(
        "ConsentRegistry",
        chain.consents.functions.withdraw(member, provider),
        (
            f"Take back what {_whom(provider)} may do, for care after today.",
            "Care until today stays payable.",
        ),
    )


def in_force(
    chain: Chain, *, signer: str, member: bytes, provider: int, day: int, purpose: Purpose = Purpose.FILE
) -> bool:
    """Whether the signer has consented to a purpose for a day of service."""
    return bool(chain.consents.functions.inForce(signer, member, provider, day, int(purpose)).call())


_WORDS = {
    Purpose.FILE: "file claims",
    Purpose.DISCLOSE: "disclose the record",
    Purpose.SECOND_OPINION: "ask for a second opinion",
    Purpose.RESEARCH: "use the record for research",
}


def _whom(provider: int) -> str:
    return f"provider {provider}" if provider else "any accredited provider"


def _known(chain: Chain, provider: int) -> str:
    """A provider that is registered, with the account that speaks for it."""
    if not provider:
        return _whom(provider)
    admin = chain.providers.functions.providerOf(provider).call()[0]
    if admin == ZERO_ADDRESS:
        raise InputError(
            f"there is no provider {provider}",
            field="provider",
            remedy="check the number (`salus list providers`); 0 means any accredited provider",
        )
    return f"{_whom(provider)} (admin {admin})"


def purpose_words(purposes: Purpose) -> str:
    """Says what purposes allow.

    >>> purpose_words(Purpose.FILE | Purpose.RESEARCH)
    'file claims, use the record for research'
    """
    return ", ".join(words for purpose, words in _WORDS.items() if purpose in purposes)
