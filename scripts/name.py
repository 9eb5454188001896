"""`brownie run name <action> name=value …`: the actions of `salus name`."""

from scripts._face import face

__getattr__ = face(__name__)
