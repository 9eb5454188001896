"""FHIR R4 in: a Bundle, a folder or a stream of them becomes bill lines, or named reasons why not.

    for result in fhir.read("bundles/", product.shipped("family")):
        match result:
            case BillLine(): ...       # attest it
            case fhir.Refused(): ...        # one Claim; result.reason says why
            case FhirError(): ...           # a whole file

Nothing is guessed and nothing is dropped: `Summary.of(results).claims` is the number of Claims in the input.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
