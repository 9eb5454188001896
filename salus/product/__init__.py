"""Defines benefit tables: the care that a product covers, in order, and the terms of each benefit.

>>> from salus import product
>>> family = product.shipped("family")
>>> family.match(product.Care("pharmacy", "AMB")).title
'Medicines'
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
