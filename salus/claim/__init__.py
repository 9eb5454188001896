"""Turns bills into signed attestations, and decides claims."""
