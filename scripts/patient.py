"""`brownie run patient <action> name=value …`: the actions of `salus patient`."""

from scripts._face import face

__getattr__ = face(__name__)
