"""Reads FHIR R4 Bundles from files, folders or streams, and turns each Claim into a bill line or a refusal.

    for result in fhir.read("bundles/", product.shipped("family")):
        match result:
            case BillLine(): ...       # attest it
            case fhir.Refused(): ...        # one Claim; result.reason says why
            case FhirError(): ...           # a whole file

No value is guessed and no Claim is lost: `Summary.of(results).claims` is the number of Claims in the input.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
