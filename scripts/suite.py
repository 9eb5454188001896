"""`brownie run suite <action> name=value …`: the actions of `salus suite`."""

from scripts._face import face

__getattr__ = face(__name__)
