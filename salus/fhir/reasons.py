"""Why a Claim did not become a bill line: every Claim that is read ends as a line or as one of these."""

from __future__ import annotations

from enum import Enum

from salus.base import codes
from salus.base.codes import Carc


class Reason(Enum):
    """A named reason, in words, with what to do about it.

    >>> Reason.NO_BENEFIT.words, str(Reason.NO_BENEFIT.carc)
    ('matches no benefit of the plan', 'PR-204')
    >>> Reason.NO_DATE.remedy, Reason.NO_DATE.carc
    ('write the first and the last day of care', None)
    """

    # WHAT IS NOT UNDERSTOOD
    MALFORMED = (
        "does not have the form that FHIR R4 requires",
        "correct the element, and export the record again",
    )
    OTHER_RELEASE = ("belongs to another release of FHIR", "export the records as FHIR R4")
    MODIFIED = (
        "may change the meaning of the record, and is not understood",
        "ask who made the record what it means; send the record without it if it changes nothing",
    )
    UNKNOWN_CLAIM_TYPE = (
        "has no code of FHIR's claim types",
        "use institutional, oral, pharmacy, professional or vision of http://terminology.hl7.org/CodeSystem/claim-type",
    )
    UNKNOWN_CLASS = (
        "is not a known encounter class",
        "map its system and code to a class such as AMB or IMP in hospital.yaml: encounter_classes",
    )
    UNKNOWN_CODE = (
        "has no code of ICD-10-CM or SNOMED CT",
        "code the diagnosis in http://hl7.org/fhir/sid/icd-10-cm or http://snomed.info/sct",
    )
    UNKNOWN_SERVICE = (
        "has no code of a system that benefit tables know, and the benefit depends on it",
        "map the code in hospital.yaml: services",
    )
    UNCODED = ("has no code with its system", "code what was done, and name the code system")
    UNKNOWN_RELATION = (
        "relates to another bill in a way that is not understood",
        "write replaces, prior, void or associated as the relationship",
    )
    # WHOSE BILL IT IS
    PROVIDER_NOT_DECIDED = (
        "cannot be compared with the hospital's own organizations",
        "list them in hospital.yaml: organizations, or write any; name the provider on the bill",
    )
    OTHER_PROVIDER = (
        "is another provider",
        "let that provider send the bill, or add it to hospital.yaml: organizations",
    )
    PAYER_NOT_DECIDED = (
        "cannot be compared with the payers whose bills are meant for Salus",
        "list them in hospital.yaml: payers, or write any; name the payer on the bill",
    )
    OTHER_PAYER = (
        "names a payer whose bills are not meant for Salus",
        "send the bill to that payer, or add the payer to hospital.yaml: payers",
    )
    SELF_PAY = ("says that the patient pays", "bill the patient")
    STATUTORY_ACCIDENT = ("is an accident that a statutory accident insurer pays for", "bill that insurer")
    OTHER_COVER = (
        "shows that another payer covers the bill too",
        "settle the bill outside Salus: it cannot divide a bill between payers yet",
    )
    COVERAGE_NOT_ACTIVE = (
        "says that the coverage is not active",
        "name the coverage that was active when care was given, or correct its status",
    )
    # WHICH BILL IT IS
    NO_IDENTIFIER = (
        "is missing, so that the bill has no number",
        "write the bill's number in Claim.identifier, with the system of hospital.yaml: bill_number",
    )
    SEVERAL_NUMBERS = (
        "does not give the bill one number",
        "give the bill one number, and name its identifier system in hospital.yaml: bill_number",
    )
    NUMBER_CONFLICT = (
        "is the number of several bills that differ",
        "keep one of them, or give each bill a number of its own",
    )
    COPY = ("is the number of an equal copy", "leave this copy out; the other one counts")
    NOT_A_BILL = ("says that this is not a bill", "send the bill when care has been given")
    NOT_FINAL_STATUS = (
        "is not the status of care or of a bill that counts",
        "leave the bill out, or send it when the record is final",
    )
    DELETED = ("was deleted", "leave the bill out")
    REPLACED = ("shows that another bill replaces this one", "leave this bill out; the other one counts")
    REVERSED = ("shows that another bill cancels this one", "leave the bill out")
    REVERSAL = ("shows that this bill cancels another one", "leave it out; nothing is paid for it")
    SUCCESSOR_UNREADABLE = (
        "may be replaced or cancelled by another bill, which cannot be read",
        "correct the other bill, and send both again",
    )
    NO_ORIGINAL = (
        "says that the bill replaces or cancels another, and the bill does not name it",
        "name the original bill in Claim.related",
    )
    # WHOSE CARE IT WAS
    NO_PATIENT = (
        "does not identify the patient",
        "refer to a Patient that is in the input, or give the patient's identifier",
    )
    NO_PATIENT_NUMBER = (
        "does not give the patient one number of the system in hospital.yaml",
        "give the patient one such number, or correct patient_number in hospital.yaml",
    )
    SERVERS_DIFFER = (
        "is an id that two servers use, perhaps for two people",
        "name the identifier system that numbers patients in hospital.yaml: patient_number",
    )
    PATIENT_MERGED = (
        "says that this patient was merged into another",
        "send the bill under the patient who remains",
    )
    OTHER_PATIENT = ("is another patient than the one on the bill", "correct the patient here or on the bill")
    NO_ENCOUNTER = ("is missing", "name the encounter in Claim.item.encounter, or on the prescription")
    SEVERAL_ENCOUNTERS = ("names several encounters", "send one bill for each encounter")
    MISSING_REFERENCE = (
        "refers to a resource that cannot be used",
        "send that resource together with the bill, or correct the reference",
    )
    AMBIGUOUS_REFERENCE = (
        "stands for several resources of the input that differ",
        "give each resource an id of its own, or number the versions of one in meta.versionId",
    )
    NOT_AN_ORDER = (
        "shows that the medicine was not ordered",
        "name the order under which it was given in Claim.prescription",
    )
    # WHEN IT WAS
    NO_DATE = ("is missing", "write the first and the last day of care")
    IMPRECISE_DATE = ("is not a day of the calendar", "write year, month and day")
    NO_OFFSET = (
        "is not a date or a time as FHIR writes them",
        "write 2025-03-10, or a time with seconds and offset such as 2025-03-10T09:00:00-05:00",
    )
    MIXED_OFFSETS = (
        "has times of different UTC offsets, so that their days are uncertain",
        "name the hospital's time zone in hospital.yaml: time_zone",
    )
    END_BEFORE_START = ("ends before it starts", "correct the dates")
    BEFORE_1970 = ("starts before 1970, and no policy covers that", "leave the bill out")
    FUTURE_DATE = ("is in the future", "correct the dates, or send the bill when care has been given")
    PERIOD_CONFLICT = (
        "is not within the period of the encounter",
        "correct the days of the bill or of the encounter",
    )
    SEVERAL_VISITS = (
        "has a gap between its days, as if there were several visits",
        "send one bill for each visit",
    )
    STAY_NOT_ENDED = ("shows that the stay has not ended", "send the bill when the stay is over")
    NO_NIGHTS = (
        "has no night, and the benefit pays for nights",
        "leave the bill out; if the patient stayed overnight, correct the dates",
    )
    ENDS_AT_MIDNIGHT = (
        "ends at midnight, so that the last night is uncertain",
        "write the days of the stay in Claim.billablePeriod, without times",
    )
    NIGHTS_TWICE = (
        "has nights that another bill of the stay has too",
        "bill each night once, and mark interim bills by type of bill (last digit 2, 3 or 4)",
    )
    # HOW MUCH IT IS
    NO_AMOUNT = ("is missing", "write the total and its currency")
    NEGATIVE_AMOUNT = ("is negative", "send a corrected bill in place of a credit")
    ZERO_AMOUNT = ("is zero", "leave the bill out")
    AMOUNT_TOO_LARGE = ("is larger than a bill can be", "correct the amount")
    UNKNOWN_CURRENCY = ("is not the code of a currency", "use a code of ISO 4217 in capitals, such as USD")
    OTHER_CURRENCY = ("is not the currency of the plan", "bill in the currency of the plan")
    TOTAL_DIFFERS = (
        "differs from the sum of the items by more than hospital.yaml allows",
        "correct the total or the items; if the total is right, raise total_may_differ in hospital.yaml",
    )
    # WHAT IT WAS FOR
    SEVERAL_PRINCIPALS = ("marks several diagnoses as principal", "mark only the one that care was given for")
    NOT_CONFIRMED = (
        "does not say that the diagnosis is confirmed",
        "send the condition with the verificationStatus confirmed",
    )
    UNDATED = (
        "is missing, and nothing else shows that the diagnosis was made by the end of the service",
        "write the onset, or name the encounter of the diagnosis in Condition.encounter",
    )
    AFTER_SERVICE = ("is after the service", "correct the date, or take the diagnosis off the bill")
    NOT_A_DIAGNOSIS = (
        "is marked as principal, and the plan does not count it as a diagnosis",
        "mark the diagnosis that care was given for",
    )
    NOT_ON_THE_BILL = ("names a diagnosis, and the bill names none", "write the diagnosis in Claim.diagnosis")
    NO_BENEFIT = ("matches no benefit of the plan", "bill the patient, or ask the insurer")

    def __init__(self, words: str, remedy: str) -> None:
        self.words = words
        self.remedy = remedy

    @property
    def carc(self) -> Carc | None:
        """The reason code that a payer would give; None where the record itself is at fault."""
        return codes.NO_BENEFIT if self in (Reason.NO_BENEFIT, Reason.NO_NIGHTS) else None

    @property
    def in_order(self) -> bool:
        """Whether the record is as it should be, and the bill merely none for this plan: nobody need correct
        anything."""
        return self in _IN_ORDER

    @property
    def ends(self) -> bool:
        """Whether a bill that was attested before must now be withdrawn."""
        return self is Reason.OTHER_COVER or (self.in_order and self.name not in _PASSING)


_PASSING = frozenset(("COPY", "REVERSAL"))
_IN_ORDER = frozenset(
    (
        Reason.OTHER_PROVIDER,
        Reason.OTHER_PAYER,
        Reason.SELF_PAY,
        Reason.STATUTORY_ACCIDENT,
        Reason.COPY,
        Reason.NOT_A_BILL,
        Reason.NOT_FINAL_STATUS,
        Reason.DELETED,
        Reason.REPLACED,
        Reason.REVERSED,
        Reason.REVERSAL,
        Reason.BEFORE_1970,
        Reason.STAY_NOT_ENDED,
        Reason.ZERO_AMOUNT,
        Reason.NO_NIGHTS,
        Reason.NO_BENEFIT,
    )
)


class Refusal(Exception):
    """Carries a reason from where it is found to where the Claim ends; never leaves this package."""

    def __init__(self, reason: Reason, field: str, resource: str = "", *, value: str = "") -> None:
        self.reason = reason
        self.field = field
        self.resource = resource
        self.value = value
        super().__init__(reason.name)
