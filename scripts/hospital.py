"""`brownie run hospital <action> name=value …`: the actions of `salus hospital`."""

from scripts._face import face

__getattr__ = face(__name__)
