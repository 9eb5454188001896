"""Lists the reasons for which a Claim does not become a bill line."""

from __future__ import annotations

from enum import Enum

from salus.base import codes
from salus.base.codes import Carc


class Reason(Enum):
    """A reason for a refusal, with a sentence for it and a remedy.

    >>> Reason.NO_BENEFIT.words, str(Reason.NO_BENEFIT.carc)
    ('matches no benefit of the table', 'PR-204')
    >>> Reason.NO_DATE.remedy, Reason.NO_DATE.carc
    ('write the days of service', None)
    """

    MALFORMED = ("is not valid FHIR R4", "correct the record")
    NO_IDENTIFIER = ("has neither an identifier nor an id", "give the bill its number")
    DUPLICATE_CLAIM = ("was already read in this run", "send each bill once")
    NOT_A_BILL = ("is a preauthorisation or a cost estimate", "send the bill after the care")
    NOT_FINAL_STATUS = ("is draft, cancelled, not done or entered in error", "send the final record")
    UNKNOWN_CLAIM_TYPE = (
        "is not a FHIR claim type",
        "use institutional, oral, pharmacy, professional or vision",
    )
    NO_PATIENT = ("names no patient", "name the patient")
    OTHER_PATIENT = ("belongs to another patient than the bill", "correct the reference")
    NO_ENCOUNTER = ("names no encounter", "name the encounter on an item or on the prescription")
    SEVERAL_ENCOUNTERS = ("names several encounters", "send one bill for each encounter")
    MISSING_REFERENCE = (
        "is not in the file, or is of another type",
        "send it in the same file as the bill",
    )
    AMBIGUOUS_REFERENCE = ("matches several resources of the file", "give each resource a different id")
    NO_DATE = ("is missing", "write the days of service")
    IMPRECISE_DATE = ("is not a full date", "write year, month and day")
    END_BEFORE_START = ("ends before it starts", "correct the dates")
    BEFORE_1970 = ("is before 1970, which no policy covers", "leave the bill out")
    FUTURE_DATE = ("is in the future", "send the bill after the service")
    NO_AMOUNT = ("is missing", "write the total and its currency")
    NEGATIVE_AMOUNT = ("is negative", "send a corrected bill instead of a credit")
    ZERO_AMOUNT = ("is zero", "leave the bill out")
    AMOUNT_TOO_LARGE = ("is too large for a bill", "correct the amount")
    UNKNOWN_CURRENCY = ("is not an ISO 4217 currency", "use a code such as USD")
    OTHER_CURRENCY = ("is not the currency of the benefit table", "bill in the currency of the plan")
    SEVERAL_PRINCIPALS = ("marks several diagnoses as principal", "mark only one")
    PRINCIPAL_NOT_USABLE = (
        "is marked principal, but is unconfirmed, later than the service, or not a diagnosis",
        "correct the mark or the condition",
    )
    NO_NIGHTS = (
        "includes no night, but the benefit counts nights",
        "correct the dates or leave the bill out",
    )
    NO_BENEFIT = ("matches no benefit of the table", "bill the patient, or ask the insurer")

    def __init__(self, words: str, remedy: str) -> None:
        self.words = words
        self.remedy = remedy

    @property
    def carc(self) -> Carc | None:
        """Returns the reason code that a payer would use; None if the record itself is at fault."""
        return codes.NO_BENEFIT if self in (Reason.NO_BENEFIT, Reason.NO_NIGHTS) else None

    @property
    def in_order(self) -> bool:
        """Returns whether the record is correct, and only the plan does not pay the bill."""
        return self in _IN_ORDER


_IN_ORDER = frozenset(
    (
        Reason.NOT_A_BILL,
        Reason.NOT_FINAL_STATUS,
        Reason.BEFORE_1970,
        Reason.ZERO_AMOUNT,
        Reason.NO_NIGHTS,
        Reason.NO_BENEFIT,
    )
)


class Refusal(Exception):
    """Carries a reason up to `to_line`; it is never raised outside this package."""

    def __init__(self, reason: Reason, field: str, resource: str | None = None, *, value: str = "") -> None:
        self.reason = reason
        self.field = field
        self.resource = resource
        self.value = value
        super().__init__(reason.name)
