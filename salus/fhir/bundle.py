"""A Bundle as a set of resources that refer to each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import ValidationError

from salus.base.errors import FhirError
from salus.fhir.reasons import Reason, Refusal
from salus.fhir.release import foreign

Resource = Mapping[str, Any]

_VERSION = re.compile(r"/_history/[^/]+$")
_RELATIVE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}")
_SEVERAL: Resource = {}


@dataclass(frozen=True, slots=True)
class BundleEntry:
    """A resource and the address under which others of the Bundle know it (`fullUrl`; empty when it has
    none).

    A contained resource has the address of its container, `#` and its id."""

    url: str
    resource: Resource
    container: Resource | None = None

    @property
    def name(self) -> str:
        """Type and id, for messages."""
        return name_of(self.resource)


def name_of(resource: Resource) -> str:
    """Type and id of a resource: `Claim/7`; the id is `?` when there is none."""
    return f"{resource.get('resourceType')}/{resource.get('id', '?')}"


class Bundle:
    """The resources of one Bundle of any type (collection, transaction, batch, message, …), and of Bundles
    inside it.

    Raises `FhirError` when the document is not a Bundle of FHIR R4.

    >>> bundle = Bundle({"resourceType": "Bundle", "entry": [
    ...     {"resource": {"resourceType": "Claim", "id": "7", "patient": {"reference": "Patient/1"}}},
    ...     {"resource": {"resourceType": "Patient", "id": "1"}},
    ... ]}, "a.json")
    >>> (claim,) = bundle.claims()
    >>> bundle.find(claim.resource["patient"], claim).name
    'Patient/1'
    """

    def __init__(self, document: Any, source: str) -> None:
        self.source = source
        self.entries = list(_entries(document, source))
        self._by_url: dict[str, BundleEntry] = {}
        self._by_name: dict[str, BundleEntry] = {}
        self._valid: set[int] = set()
        for entry in self.entries:
            sign = foreign(entry.resource)
            if sign is not None:
                raise FhirError(
                    f"is FHIR {sign.release}, not R4",
                    file=source,
                    resource=entry.name,
                    field=sign.field,
                    remedy="export the file as FHIR R4",
                )
            _file(self._by_url, entry.url, entry)
            if "id" in entry.resource:
                _file(self._by_name, entry.name, entry)

    def claims(self) -> Iterator[BundleEntry]:
        """The Claims, in the order of the file."""
        return (entry for entry in self.entries if entry.resource.get("resourceType") == "Claim")

    def resolve(self, reference: Any, *, kind: str, origin: BundleEntry, field: str) -> BundleEntry:
        """The resource of type `kind` that a Reference in `origin` points to, valid as FHIR R4.

        Addresses are resolved as FHIR says: `#id` among the contained resources, absolute ones (`urn:uuid:…`,
        `https://…`) against `fullUrl`, relative ones against the base of the origin's own `fullUrl`, else by
        type and id.

        Raises `Refusal`: MISSING_REFERENCE, AMBIGUOUS_REFERENCE, MALFORMED.
        """
        target = self.find(reference, origin)
        if target is not None and target.resource is _SEVERAL:
            raise Refusal(Reason.AMBIGUOUS_REFERENCE, field, origin.name)
        if target is None or target.resource.get("resourceType") != kind:
            raise Refusal(Reason.MISSING_REFERENCE, field, origin.name)
        self.check(target)
        return target

    def find(self, reference: Any, origin: BundleEntry) -> BundleEntry | None:
        """What a Reference points to, whatever its type; None when it is not in the Bundle."""
        address = reference.get("reference") if isinstance(reference, Mapping) else None
        if not isinstance(address, str):
            return None
        if address.startswith("#"):
            return _contained(origin, address[1:])
        address = _VERSION.sub("", address)
        if not _RELATIVE.fullmatch(address):
            return self._by_url.get(address)
        base = origin.url.removesuffix(origin.name)
        near = self._by_url.get(base + address) if base != origin.url else None
        return near or self._by_name.get(address)

    def check(self, entry: BundleEntry) -> None:
        """Validates a resource against FHIR R4 once. Raises `Refusal` (MALFORMED) with the path of the
        element."""
        resource = entry.resource
        if id(resource) in self._valid:
            return
        try:
            field = _fault(resource)
        except RecursionError:
            field = "extension"  # nothing else in these resources nests without end
        if field is not None:
            raise Refusal(Reason.MALFORMED, field, entry.name)
        self._valid.add(id(resource))


def _entries(document: Any, source: str) -> Iterator[BundleEntry]:
    if not isinstance(document, Mapping) or document.get("resourceType") != "Bundle":
        kind = document.get("resourceType") if isinstance(document, Mapping) else None
        what = f"is a {kind}" if isinstance(kind, str) and kind.isalpha() else "holds no FHIR resource"
        raise FhirError(
            f"{what}, not a Bundle",
            file=source,
            field="resourceType",
            remedy="put the records in a FHIR R4 Bundle",
        )
    entries = document.get("entry", [])
    if not isinstance(entries, list):
        raise FhirError(
            "is not a list", file=source, resource="Bundle", field="entry", remedy="correct the file"
        )
    for number, entry in enumerate(entries):
        resource = entry.get("resource", {}) if isinstance(entry, Mapping) else None
        url = entry.get("fullUrl", "") if isinstance(entry, Mapping) else ""
        if not isinstance(resource, Mapping) or not isinstance(url, str):
            raise FhirError(
                "is not an entry with a resource",
                file=source,
                resource="Bundle",
                field=f"entry[{number}]",
                remedy="correct the file",
            )
        if resource.get("resourceType") == "Bundle":
            yield from _entries(resource, source)
        elif resource:
            yield BundleEntry(url, resource)


def _file(index: dict[str, BundleEntry], key: str, entry: BundleEntry) -> None:
    """An address that two different resources claim is kept as ambiguous: neither may be picked."""
    known = index.get(key)
    if key:
        index[key] = (
            entry if known is None or known.resource == entry.resource else BundleEntry(key, _SEVERAL)
        )


def _contained(origin: BundleEntry, identifier: str) -> BundleEntry | None:
    container = origin.resource if origin.container is None else origin.container
    address = (origin.url or origin.name).partition("#")[0]
    contained = container.get("contained")
    for resource in contained if isinstance(contained, list) else ():
        if isinstance(resource, Mapping) and resource.get("id") == identifier:
            return BundleEntry(f"{address}#{identifier}", resource, container)
    return None


def _fault(resource: Resource) -> str | None:
    """Path of the first element that does not fit FHIR R4; None when all do."""
    # Narrative is for people; parsing its XHTML would cost more than all the rest.
    lean = {key: value for key, value in resource.items() if key not in ("text", "contained")}
    null = _null(lean)
    if null is not None:
        return null.removeprefix(".")
    try:
        _model(resource["resourceType"]).model_validate(lean)
    except ValidationError as error:
        where = error.errors(include_input=False, include_url=False, include_context=False)[0]["loc"]
        return _path(where) or "?"
    return None


def _path(where: Iterable[int | str]) -> str:
    """As FHIRPath writes it. The validator's own name for an element that is no object is no name in FHIR."""
    parts = (part for part in where if part not in ("__root__", "root"))
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _null(value: Any, path: str = "") -> str | None:
    """Path of the first member that is null: FHIR JSON leaves such members out, so nobody expects them."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            found = f"{path}.{key}" if part is None else _null(part, f"{path}.{key}")
            if found:
                return found
    elif isinstance(value, list):
        return next(filter(None, (_null(part, f"{path}[{row}]") for row, part in enumerate(value))), None)
    return None


@cache
def _model(kind: str) -> Any:
    # the models take long to load, and not every program reads FHIR
    from fhir.resources.R4B import get_fhir_model_class

    return get_fhir_model_class(kind)
