"""`brownie run governor <action> name=value …`: the actions of `salus governor`."""

from scripts._face import face

__getattr__ = face(__name__)
