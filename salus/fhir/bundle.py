"""Reads a Bundle and resolves the references between its resources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import ValidationError

from salus.base.errors import FhirError
from salus.fhir.reasons import Reason, Refusal
from salus.fhir.release import sign_of_other_release

Resource = Mapping[str, Any]

_VERSION = re.compile(r"/_history/[^/]+$")
_RELATIVE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}")
_SEVERAL: Resource = {}


@dataclass(frozen=True, slots=True)
class BundleEntry:
    """A resource and its address in the Bundle (`fullUrl`; empty if it has none).

    The address of a contained resource is the address of its container, `#` and its id.
    """

    url: str
    resource: Resource
    container: Resource | None = None

    @property
    def name(self) -> str:
        """Returns type and id, for messages."""
        return name_of(self.resource)


def name_of(resource: Resource) -> str:
    """Returns type and id of a resource, such as `Claim/7`; the id is `?` if there is none."""
    return f"{resource.get('resourceType')}/{resource.get('id', '?')}"


class Bundle:
    """The resources of a Bundle of any type (collection, transaction, message, …) and of nested Bundles.

    Raises `FhirError` if the document is not a Bundle of FHIR R4.

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
            sign = sign_of_other_release(entry.resource)
            if sign is not None:
                raise FhirError(
                    f"is FHIR {sign.release}, not R4",
                    file=source,
                    resource=entry.name,
                    field=sign.field,
                    remedy="export the file as FHIR R4",
                )
            _add_to_index(self._by_url, entry.url, entry)
            if "id" in entry.resource:
                _add_to_index(self._by_name, entry.name, entry)

    def claims(self) -> Iterator[BundleEntry]:
        """Returns the Claims, in the order of the file."""
        return (entry for entry in self.entries if entry.resource.get("resourceType") == "Claim")

    def resolve(self, reference: Any, *, kind: str, origin: BundleEntry, field: str) -> BundleEntry:
        """Returns the valid FHIR R4 resource of type `kind` that a Reference in `origin` points to.

        Addresses are resolved as FHIR specifies. `#id` is looked up among the contained resources. Absolute
        addresses (`urn:uuid:…`, `https://…`) are compared with `fullUrl`. Relative addresses are resolved
        against the base of the origin's `fullUrl` and, if that fails, by type and id.

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
        """Returns the resource of any type that a Reference points to; None if it is not in the Bundle."""
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
        """Validates a resource against FHIR R4, once.

        Raises `Refusal` (MALFORMED) with the path of the element at fault.
        """
        resource = entry.resource
        if id(resource) in self._valid:
            return
        try:
            field = _fault(resource)
        except RecursionError:
            field = "extension"  # no other element of these resources can nest without limit
        if field is not None:
            raise Refusal(Reason.MALFORMED, field, entry.name)
        self._valid.add(id(resource))


def _entries(document: Any, source: str) -> Iterator[BundleEntry]:
    if not isinstance(document, Mapping) or document.get("resourceType") != "Bundle":
        kind = document.get("resourceType") if isinstance(document, Mapping) else None
        is_type = isinstance(kind, str) and kind.isalpha()
        raise FhirError(
            f"is a {kind}, not a Bundle" if is_type else "is not a FHIR Bundle",
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


def _add_to_index(index: dict[str, BundleEntry], key: str, entry: BundleEntry) -> None:
    """Adds an entry to an index. An address that two different resources use is marked as ambiguous."""
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
    """Returns the path of the first element that is not valid FHIR R4; None if all are valid."""
    # Leave out the narrative: only people read it, and parsing its XHTML takes longer than all the rest.
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
    """Formats a path as FHIRPath. Omits `root`, which the validator adds for a value that is no object."""
    parts = (part for part in where if part not in ("__root__", "root"))
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _null(value: Any, path: str = "") -> str | None:
    """Returns the path of the first member that is null. FHIR JSON omits such members instead."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            null = f"{path}.{key}" if part is None else _null(part, f"{path}.{key}")
            if null:
                return null
    elif isinstance(value, list):
        return next(filter(None, (_null(part, f"{path}[{row}]") for row, part in enumerate(value))), None)
    return None


@cache
def _model(kind: str) -> Any:
    # Loaded here because the models load slowly, and not every program reads FHIR.
    from fhir.resources.R4B import get_fhir_model_class

    return get_fhir_model_class(kind)
