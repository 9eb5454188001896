"""Computes identifiers on the chain; mirrors contracts/types/Ids.sol."""

from __future__ import annotations

from salus.crypto.abi import keccak


def claim_id(policy_id: bytes, provider: int, bill_line: bytes) -> bytes:
    """Returns the 32-byte id of a claim on the chain: the hash of policy, provider and bill line."""
    return keccak(policy_id + provider.to_bytes(32, "big") + bill_line)
