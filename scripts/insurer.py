"""`brownie run insurer <action> name=value …`: the actions of `salus insurer`."""

from scripts._face import face

__getattr__ = face(__name__)
