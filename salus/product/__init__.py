"""Benefit tables: what a product covers, in order, and on which terms.

>>> from salus import product
>>> family = product.shipped("family")
>>> family.match(product.Care("pharmacy", "AMB")).title
'Medicines'
"""

from salus.product.codesets import Code, CodeSet
from salus.product.file import load, parse, shipped
from salus.product.lint import Alike, Overlap, Unreachable, alike, overlaps, revealing, unreachable
from salus.product.model import BenefitRow, Care, Category, Matcher, Table, Terms

__all__ = [
    "Alike",
    "BenefitRow",
    "Care",
    "Category",
    "Code",
    "CodeSet",
    "Matcher",
    "Overlap",
    "Table",
    "Terms",
    "Unreachable",
    "alike",
    "load",
    "overlaps",
    "parse",
    "revealing",
    "shipped",
    "unreachable",
]
