"""`brownie run capital <action> name=value …`: the actions of `salus capital`."""

from scripts._face import face

__getattr__ = face(__name__)
