"""The elements of FHIR R4 that a bill line is read from, and their form. https://hl7.org/fhir/R4

What is not named here is not read, and does not matter to a line. What is named must have its form: a missing
element is UNSET, and null, which FHIR does not allow, is a fault. A number is a Decimal or an int, exactly as
written. `docs/intake.md` lists every element and what it is for; a test compares.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

Code = Annotated[str, Meta(pattern=r"^[^\s]+( [^\s]+)*$")]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9.\-]{1,64}$")]
DateTime = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])"
        r"(T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+\-](0\d|1[0-4]):[0-5]\d))?)?)?$"
    ),
]


class Coding(Struct, frozen=True):
    system: str | UnsetType = UNSET
    code: Code | UnsetType = UNSET


class CodeableConcept(Struct, frozen=True):
    coding: tuple[Coding, ...] = ()
    text: str | UnsetType = UNSET


class Period(Struct, frozen=True):
    start: DateTime | UnsetType = UNSET
    end: DateTime | UnsetType = UNSET


class Identifier(Struct, frozen=True):
    use: Code | UnsetType = UNSET
    system: str | UnsetType = UNSET
    value: str | UnsetType = UNSET


class Reference(Struct, frozen=True):
    reference: str | UnsetType = UNSET
    identifier: Identifier | UnsetType = UNSET
    display: str | UnsetType = UNSET


class Money(Struct, frozen=True):
    value: Any = UNSET
    currency: str | UnsetType = UNSET


class Head(Struct, frozen=True):
    """What every resource has; of any form, so that a fault refuses its bills and does not lose them."""

    resourceType: str  # noqa: N815
    id: Any = UNSET
    meta: Any = UNSET


class Insurance(Struct, frozen=True):
    sequence: int | UnsetType = UNSET
    focal: bool | UnsetType = UNSET
    coverage: Reference | UnsetType = UNSET
    claimResponse: Reference | UnsetType = UNSET  # noqa: N815


class Related(Struct, frozen=True):
    claim: Reference | UnsetType = UNSET
    relationship: CodeableConcept | UnsetType = UNSET
    reference: Identifier | UnsetType = UNSET


class SupportingInfo(Struct, frozen=True):
    category: CodeableConcept | UnsetType = UNSET
    code: CodeableConcept | UnsetType = UNSET


class DiagnosisRow(Struct, frozen=True):
    sequence: int | UnsetType = UNSET
    diagnosisCodeableConcept: CodeableConcept | UnsetType = UNSET  # noqa: N815
    diagnosisReference: Reference | UnsetType = UNSET  # noqa: N815
    type: tuple[CodeableConcept, ...] = ()


class ProcedureRow(Struct, frozen=True):
    procedureCodeableConcept: CodeableConcept | UnsetType = UNSET  # noqa: N815
    procedureReference: Reference | UnsetType = UNSET  # noqa: N815


class Detail(Struct, frozen=True):
    productOrService: CodeableConcept | UnsetType = UNSET  # noqa: N815


class Item(Struct, frozen=True):
    revenue: CodeableConcept | UnsetType = UNSET
    productOrService: CodeableConcept | UnsetType = UNSET  # noqa: N815
    servicedDate: DateTime | UnsetType = UNSET  # noqa: N815
    servicedPeriod: Period | UnsetType = UNSET  # noqa: N815
    encounter: tuple[Reference, ...] = ()
    net: Money | UnsetType = UNSET
    detail: tuple[Detail, ...] = ()


class Accident(Struct, frozen=True):
    type: CodeableConcept | UnsetType = UNSET


class Claim(Struct, frozen=True):
    id: Id | UnsetType = UNSET
    identifier: tuple[Identifier, ...] = ()
    status: Code | UnsetType = UNSET
    type: CodeableConcept | UnsetType = UNSET
    use: Code | UnsetType = UNSET
    patient: Reference | UnsetType = UNSET
    billablePeriod: Period | UnsetType = UNSET  # noqa: N815
    insurer: Reference | UnsetType = UNSET
    provider: Reference | UnsetType = UNSET
    related: tuple[Related, ...] = ()
    prescription: Reference | UnsetType = UNSET
    supportingInfo: tuple[SupportingInfo, ...] = ()  # noqa: N815
    diagnosis: tuple[DiagnosisRow, ...] = ()
    procedure: tuple[ProcedureRow, ...] = ()
    insurance: tuple[Insurance, ...] = ()
    accident: Accident | UnsetType = UNSET
    item: tuple[Item, ...] = ()
    total: Money | UnsetType = UNSET


class EncounterDiagnosis(Struct, frozen=True):
    condition: Reference | UnsetType = UNSET


class Encounter(Struct, frozen=True, rename={"class_": "class"}):
    id: Id | UnsetType = UNSET
    status: Code | UnsetType = UNSET
    class_: Coding | UnsetType = UNSET
    type: tuple[CodeableConcept, ...] = ()
    subject: Reference | UnsetType = UNSET
    period: Period | UnsetType = UNSET
    reasonCode: tuple[CodeableConcept, ...] = ()  # noqa: N815
    reasonReference: tuple[Reference, ...] = ()  # noqa: N815
    diagnosis: tuple[EncounterDiagnosis, ...] = ()


class Condition(Struct, frozen=True):
    verificationStatus: CodeableConcept | UnsetType = UNSET  # noqa: N815
    code: CodeableConcept | UnsetType = UNSET
    subject: Reference | UnsetType = UNSET
    encounter: Reference | UnsetType = UNSET
    onsetDateTime: DateTime | UnsetType = UNSET  # noqa: N815
    onsetPeriod: Period | UnsetType = UNSET  # noqa: N815
    recordedDate: DateTime | UnsetType = UNSET  # noqa: N815


class MedicationRequest(Struct, frozen=True):
    status: Code | UnsetType = UNSET
    intent: Code | UnsetType = UNSET
    doNotPerform: bool = False  # noqa: N815
    medicationCodeableConcept: CodeableConcept | UnsetType = UNSET  # noqa: N815
    medicationReference: Reference | UnsetType = UNSET  # noqa: N815
    subject: Reference | UnsetType = UNSET
    encounter: Reference | UnsetType = UNSET


class Medication(Struct, frozen=True):
    code: CodeableConcept | UnsetType = UNSET


class Procedure(Struct, frozen=True):
    status: Code | UnsetType = UNSET
    code: CodeableConcept | UnsetType = UNSET
    subject: Reference | UnsetType = UNSET


class PatientLink(Struct, frozen=True):
    type: Code | UnsetType = UNSET


class Patient(Struct, frozen=True):
    id: Id | UnsetType = UNSET
    identifier: tuple[Identifier, ...] = ()
    link: tuple[PatientLink, ...] = ()


class Organization(Struct, frozen=True):
    id: Id | UnsetType = UNSET
    identifier: tuple[Identifier, ...] = ()
    name: str | UnsetType = UNSET


class Coverage(Struct, frozen=True):
    status: Code | UnsetType = UNSET
    type: CodeableConcept | UnsetType = UNSET
    beneficiary: Reference | UnsetType = UNSET
    payor: tuple[Reference, ...] = ()
    order: int | UnsetType = UNSET


class Payment(Struct, frozen=True):
    amount: Money | UnsetType = UNSET


class Adjudication(Struct, frozen=True):
    category: CodeableConcept | UnsetType = UNSET
    amount: Money | UnsetType = UNSET


class AnswerItem(Struct, frozen=True):
    adjudication: tuple[Adjudication, ...] = ()


class Answer(Struct, frozen=True):
    """What a payer decided on a bill."""

    status: Code | UnsetType = UNSET
    insurer: Reference | UnsetType = UNSET
    item: msgspec.Raw = msgspec.Raw()
    """As received, since most are many and say nothing of a benefit."""
    adjudication: tuple[Adjudication, ...] = ()
    total: tuple[Adjudication, ...] = ()
    payment: Payment | UnsetType = UNSET


class ExplanationOfBenefit(Answer, frozen=True):
    claim: Reference | UnsetType = UNSET


class ClaimResponse(Answer, frozen=True):
    request: Reference | UnsetType = UNSET


KINDS: dict[str, type[Struct]] = {
    kind.__name__: kind
    for kind in (
        Claim,
        ClaimResponse,
        Condition,
        Coverage,
        Encounter,
        ExplanationOfBenefit,
        Medication,
        MedicationRequest,
        Organization,
        Patient,
        Procedure,
    )
}
"""The resources that are read, by type."""


class Fault(Exception):
    """An element does not have its form; `path` is where, as FHIRPath writes it without indices."""

    def __init__(self, path: str, words: str) -> None:
        self.path = path
        super().__init__(words)


def parse(kind: str, body: bytes) -> Any:
    """The elements of a resource of a type in KINDS. Raises Fault.

    >>> parse("Patient", b'{"resourceType": "Patient", "id": "p1"}').id
    'p1'
    >>> parse("Claim", b'{"resourceType": "Claim", "item": [{"net": 7}]}')
    Traceback (most recent call last):
        ...
    salus.fhir.models.Fault: Expected `object`, got `int`
    """
    try:
        return _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        words, _, path = str(error).partition(" - at `")
        raise Fault(path.removeprefix("$.").removesuffix("`").replace("[...]", ""), words) from None
    except (RecursionError, ArithmeticError, msgspec.DecodeError, UnicodeDecodeError):
        raise Fault("", "cannot be read") from None


@cache
def _decoder(kind: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(KINDS[kind], float_hook=Decimal)
