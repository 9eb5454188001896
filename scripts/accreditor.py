"""`brownie run accreditor <action> name=value …`: the actions of `salus accreditor`."""

from scripts._face import face

__getattr__ = face(__name__)
