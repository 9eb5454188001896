"""The laws as a state machine; see README.md."""

import pytest

pytest.register_assert_rewrite(
    *(f"{__name__}.{module}" for module in ("actor", "laws", "rules_claims", "rules_money", "rules_offices"))
)
