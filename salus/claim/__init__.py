"""From a bill to a signed attestation, and how a claim is decided."""
