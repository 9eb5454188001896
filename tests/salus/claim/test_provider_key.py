"""salus.claim.provider_key: the key from the environment

given SALUS_PROVIDER_KEY
    it should be read
    when it is not set, or is no key, one line should name the variable and not show its value
"""

from __future__ import annotations

import pytest

from salus.base.errors import InputError
from salus.claim.provider_key import ProviderKey


def test_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALUS_PROVIDER_KEY", "07" * 32)

    assert ProviderKey.from_environment() == ProviderKey(b"\7" * 32)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "is not set; set it in .env to 64 hexadecimal digits, and never change it"),
        ("zz", "is not hexadecimal; set it to the same 64 hexadecimal digits as before"),
        ("07", "is not a key of 32 bytes; set it to the same 64 hexadecimal digits as before"),
    ],
)
def test_names_the_variable(monkeypatch: pytest.MonkeyPatch, value: str, reason: str) -> None:
    monkeypatch.setenv("SALUS_PROVIDER_KEY", value)

    with pytest.raises(InputError) as error:
        ProviderKey.from_environment()

    assert str(error.value) == f"SALUS_PROVIDER_KEY: {reason}"
