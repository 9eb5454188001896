"""Contains ABI encoding, EIP-712, Merkle trees, secrets and sealed records."""
