from tests.support.fixtures import isolation, suite, world

__all__ = ["isolation", "suite", "world"]
