"""Mirrors the structs, enums and identifiers of the contracts, one module for each file of `contracts/types`.

Amounts are minor units of the currency (cents for USD), days are civil days since 1970-01-01, times are
seconds since 1970, and shares are basis points. `hash_struct()` returns the leaf of a tree;
`salus.crypto.eip712` binds a struct to a chain and a contract.
"""

from salus.types.account import Account
from salus.types.attestation import ATTESTATION_LIFETIME, Attestation
from salus.types.benefit import Benefit, BenefitKind
from salus.types.claim import (
    ClaimRef,
    ClaimStatus,
    Decision,
    Eligibility,
    Line,
    Remittance,
    Service,
    SkipReason,
)
from salus.types.consent import Consent, Purpose
from salus.types.diagnosis import FLAG_EMERGENCY, Diagnosis
from salus.types.group_use import GroupUse
from salus.types.ids import claim_id
from salus.types.member import Member
from salus.types.policy import MAX_AMOUNT, MAX_MEMBERS, Policy

__all__ = [
    "ATTESTATION_LIFETIME",
    "FLAG_EMERGENCY",
    "MAX_AMOUNT",
    "MAX_MEMBERS",
    "Account",
    "Attestation",
    "Benefit",
    "BenefitKind",
    "ClaimRef",
    "ClaimStatus",
    "Consent",
    "Decision",
    "Diagnosis",
    "Eligibility",
    "GroupUse",
    "Line",
    "Member",
    "Policy",
    "Purpose",
    "Remittance",
    "Service",
    "SkipReason",
    "claim_id",
]
