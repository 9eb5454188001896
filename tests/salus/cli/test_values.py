"""salus.cli: values as they are typed

given a value that is well formed
    it should become what the library works with
given a value that is not
    the error should name the parameter and the reason, and should not show the value
given a parameter that is missing
    the error should name it
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer

from salus.cli import values
from salus.cli.usage import as_call_error
from salus.crypto.records import RecordKey

KEY = RecordKey.generate()
ADDRESS = "0x5FbDB2315678afecb367f032d93F642f64180aa3"


def read(option: Any, *typed: str) -> Any:
    """What an action gets for a parameter `it` of that kind."""
    given: list[Any] = []

    def action(it: str) -> None:
        given.append(it)

    action.__annotations__["it"] = Annotated[str, option]
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(action)
    command = typer.main.get_command(app)
    with command.make_context("action", [f"--it={text}" for text in typed]) as context:
        command.invoke(context)
    return given[0]


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (values.address, ADDRESS.lower(), ADDRESS),
        (values.day, "1970-01-03", 2),
        (values.day, "1970-01-01", 0),
        (values.day, " 1970-01-03 ", 2),
        (values.last_day, "1970-01-02", 2),
        (values.last_moment, "1970-01-02", 2 * 86_400),
        (values.last_moment, "19700102", 2 * 86_400),
        (values.last_moment, "1970-01-02T00:00", 86_400),
        (values.last_moment, "1970-01-02T01:00+01:00", 86_400),
        (values.moment, "1970-01-02", 86_400),
        (values.moment, "1970-01-02T01:00+01:00", 86_400),
        (values.amount, "1,200.50", Decimal("1200.50")),
        (values.hex32, "0x" + "07" * 32, b"\7" * 32),
        pytest.param(values.age_key, KEY.recipient, KEY.recipient, id="age_key"),
    ],
)
def test_reads(kind: Callable[[str], Any], typed: str, value: Any) -> None:
    assert read(kind("it"), typed) == value


def test_a_document_is_hashed(tmp_path: Path) -> None:
    (tmp_path / "licence.pdf").write_bytes(b"a licence")

    assert read(values.document_hash("it"), str(tmp_path / "licence.pdf")) == sha256(b"a licence").digest()


@pytest.mark.parametrize(
    ("kind", "typed", "reason"),
    [
        (values.address, "0x12", ""),
        (values.day, "1969-12-31", "lies before 1970, which no chain can count"),
        (values.last_day, "soon", "is not a full date"),
        (values.last_day, "1969-12-31", "lies before 1970"),
        (values.last_moment, "soon", "is not a date or a time such as 2027-01-31T12:00"),
        (values.moment, "soon", "is not a date or a time such as 2027-01-31T12:00"),
        (values.amount, "-1", "is not an amount of 0 or more"),
        (values.amount, "1,50", "is not an amount of 0 or more"),
        (values.amount, "12,50.00", "is not an amount of 0 or more"),
        (values.amount, "1.500,00", "is not an amount of 0 or more"),
        (values.amount, "1_000", "is not an amount of 0 or more"),
        (values.amount, "1e3", "is not an amount of 0 or more"),
        (values.amount, "٣٤", "is not an amount of 0 or more"),
        (values.amount, "NaN", "is not an amount of 0 or more"),
        (values.amount, "Infinity", "is not an amount of 0 or more"),
        (values.amount, "much", "is not an amount of 0 or more, such as 1200.50"),
        (values.hex32, "zz", "is not hexadecimal"),
        (values.hex32, "07", "is not 32 bytes (64 hexadecimal digits)"),
        pytest.param(
            values.age_key, KEY.reveal(), "is not an age X25519 public key (age1…)", id="secret age_key"
        ),
    ],
)
def test_names_what_is_wrong_and_does_not_show_it(
    kind: Callable[[str], Any], typed: str, reason: str
) -> None:
    with pytest.raises(typer.TyperException) as error:
        read(kind("it"), typed)

    line = str(as_call_error(error.value, "action"))
    assert line.startswith(f"it: {reason}")
    assert line.endswith("; correct it")
    assert typed not in line.replace("such as 2027-01-31T12:00", "").replace(reason, "")


def test_names_what_is_missing() -> None:
    with pytest.raises(typer.TyperException) as error:
        read(values.day("it"))

    assert str(as_call_error(error.value, "action")) == (
        "action needs --it; action --help explains its parameters"
    )
