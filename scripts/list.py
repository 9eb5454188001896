"""`brownie run list <action> name=value …`: the actions of `salus list`."""

from scripts._face import face

__getattr__ = face(__name__)
