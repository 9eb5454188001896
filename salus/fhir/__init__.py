"""FHIR R4 in: a Bundle, a folder or a stream of them becomes bill lines, or named reasons why not.

    for result in fhir.read("bundles/", product.shipped("family")):
        match result:
            case fhir.BillLine(): ...       # attest it
            case fhir.Refused(): ...        # one Claim; result.reason says why
            case FhirError(): ...           # a whole file

Nothing is guessed and nothing is dropped: `Summary.of(results).claims` is the number of Claims in the input.
"""

from salus.claim.bill_line import BillLine, Note
from salus.fhir.names import names
from salus.fhir.reader import Result, Source, read
from salus.fhir.reasons import Reason
from salus.fhir.results import Refused, Summary

__all__ = ["BillLine", "Note", "Reason", "Refused", "Result", "Source", "Summary", "names", "read"]
