"""Benefit tables: what a product covers, in order, and on which terms.

>>> from salus import table
>>> family = table.shipped("family")
>>> family.match(table.Care("pharmacy", "AMB")).title
'Medicines'
"""

from salus.table.codesets import Code, CodeSet
from salus.table.file import load, parse, shipped
from salus.table.lint import Alike, Overlap, Unreachable, alike, overlaps, revealing, unreachable
from salus.table.model import Benefit, Care, Category, Matcher, Table, Terms

__all__ = [
    "Alike",
    "Benefit",
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
