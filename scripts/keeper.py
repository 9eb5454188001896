"""`brownie run keeper <action> name=value …`: the actions of `salus keeper`."""

from scripts._face import face

__getattr__ = face(__name__)
