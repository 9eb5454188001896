"""From an application for cover to a member with a card: offer, enrolment, policy, schedule of benefits."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
