"""FHIR resources as JSON, with all decimals of the amounts."""

from __future__ import annotations

from typing import Any

import msgspec

encode = msgspec.json.Encoder(decimal_format="number").encode
"""Without white space."""


def to_json(resource: dict[str, Any]) -> bytes:
    """Returns the resource as indented FHIR JSON."""
    return msgspec.json.format(encode(resource), indent=1) + b"\n"
