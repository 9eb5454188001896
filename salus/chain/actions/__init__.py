"""What can be done on the chain: each function prepares one `Action`, with its plan in words. None sends."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
