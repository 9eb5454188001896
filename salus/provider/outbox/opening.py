"""Opens the outbox of a provider on a chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from salus.chain.suite import Chain
from salus.provider.outbox.entry import Place
from salus.provider.outbox.file import copy_outbox
from salus.provider.outbox.store import Outbox


def open_outbox(chain: Chain, provider: int, path: Path, *, make: bool = False) -> Outbox:
    """Opens a provider's outbox, and creates it only with `make`.

    Only attesting should create one: otherwise a mistyped path would give an empty outbox.
    """
    place = Place(chain.chain_id, chain.addresses.genesis, chain.desk.address, provider)
    return Outbox(path, place, make=make)


@contextmanager
def outbox_for_rehearsal(chain: Chain, provider: int, path: Path) -> Iterator[Outbox]:
    """Opens a temporary copy of the outbox for a dry run, or an empty one if it does not exist.

    So nothing that a dry run does is kept: neither a conversion of the file nor what the chain said. The copy
    goes by the name of the file that it was made of.
    """
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "outbox.sqlite"
        if path.exists():
            copy_outbox(path, copy)
        with open_outbox(chain, provider, copy, make=True) as outbox:
            outbox.path = path
            yield outbox
