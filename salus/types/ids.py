"""Identifiers on the chain: contracts/types/Ids.sol."""

from __future__ import annotations

from salus.crypto.abi import keccak


def claim_id(policy_id: bytes, provider: int, bill_line: bytes) -> bytes:
    """The name of a claim on the chain: the hash of policy, provider and bill line, 32 bytes."""
    return keccak(policy_id + provider.to_bytes(32, "big") + bill_line)
