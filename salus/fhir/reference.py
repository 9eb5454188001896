"""What a FHIR Reference points to, as a value: server, type, id and version, none of them guessed from the
end of a string. https://hl7.org/fhir/R4/references.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from msgspec import UnsetType

from salus.fhir.models import Identifier, Reference

_REST = re.compile(
    r"(?:(?P<base>https?://[^?#]+/))?(?P<kind>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9.-]{1,64})"
    r"(?:/_history/(?P<version>[A-Za-z0-9.-]{1,64}))?"
)
_URN = re.compile(r"urn:(?:uuid|oid):\S+")
_CONDITIONAL = re.compile(r"[A-Z][A-Za-z]+\?\S+")


class Form(Enum):
    """How a reference names its target."""

    REST = auto()
    """Type and id, on a server or relative to one."""
    URN = auto()
    """A `urn:uuid:` or `urn:oid:` of an entry's fullUrl."""
    URL = auto()
    """Another absolute address: only an entry's fullUrl can be it."""
    CONTAINED = auto()
    """`#id`, inside the resource itself."""
    IDENTIFIER = auto()
    """No address, but an identifier."""
    CONDITIONAL = auto()
    """A search: `Patient?identifier=…`."""
    NONE = auto()
    """Nothing that can be followed."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where one FHIR Reference points.

    >>> versioned = Target.of(Reference(reference="https://a.example/fhir/Patient/77/_history/2"))
    >>> versioned.base, versioned.kind, versioned.id, versioned.version
    ('https://a.example/fhir/', 'Patient', '77', '2')
    """

    form: Form
    address: str = ""
    """As written, without its version."""
    base: str = ""
    """Address of the server, with its last slash; empty when relative."""
    kind: str = ""
    """Resource type; empty when the address does not tell."""
    id: str = ""
    version: str = ""
    identifier: Identifier | None = None

    @classmethod
    def of(cls, value: Reference | UnsetType) -> Target:
        """Where an element points; its form is NONE when the element holds no reference.

        >>> Target.of(Reference(reference="Patient?identifier=urn:mrn|2")).form.name
        'CONDITIONAL'
        """
        if isinstance(value, UnsetType):
            return cls(Form.NONE)
        address = value.reference or ""
        identifier = None if isinstance(value.identifier, UnsetType) else value.identifier
        if not address:
            return cls(Form.IDENTIFIER if identifier else Form.NONE, identifier=identifier)
        if address.startswith("#"):
            return cls(Form.CONTAINED, address, id=address[1:], identifier=identifier)
        rest = _REST.fullmatch(address)
        if rest:
            base, kind, own, version = rest["base"] or "", rest["kind"], rest["id"], rest["version"] or ""
            return cls(Form.REST, f"{base}{kind}/{own}", base, kind, own, version, identifier)
        if _URN.fullmatch(address):
            return cls(Form.URN, address, identifier=identifier)
        if _CONDITIONAL.fullmatch(address):
            return cls(Form.CONDITIONAL, address, kind=address.partition("?")[0], identifier=identifier)
        is_url = address.startswith(("http://", "https://"))
        return cls(Form.URL if is_url else Form.NONE, address, identifier=identifier)
