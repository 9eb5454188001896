"""Salus: health-insurance claims from a hospital's signed record of care, decided and paid on Ethereum.

This is the library that an insurer or a hospital embeds. It does not need Brownie. `docs/library.md` shows on
one page how the services of an insurer and of a hospital use it. What such a program needs is exported here,
and loaded when it is first used:

    from salus import CardFolder, Chain, Outbox, fhir, product, submission

The packages, each of which uses only those above it:

    base        days, money, reason codes, files, errors
    crypto      ABI, EIP-712, Merkle trees, secrets, sealed records
    types       the structs of the contracts
    chain       the contracts by direct RPC: addresses, calls, events, sending, roles
    product     benefit tables
    cover       offer, enrolment, policy, member, card, schedule of benefits
    claim       bill line, diagnosis, attestation, adjudication
    fhir        FHIR R4 records, read
    statement   explanation of benefits, for people and as FHIR
    insurer     portfolio, recheck and audit
    auditor     every book from events: compared with the chain, listed, exported
    provider    cards, outbox and submission of a hospital
    samples     invented patients, records and policies
    cli         the `salus` command
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
