"""`brownie run auditor <action> name=value …`: the actions of `salus auditor`."""

from scripts._face import face

__getattr__ = face(__name__)
