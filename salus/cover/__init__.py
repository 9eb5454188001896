"""Defines what the sale of a policy needs: offer, enrolment, policy, schedule of benefits, member's card."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
