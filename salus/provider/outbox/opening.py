"""Opens the outbox of a provider on a chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from salus.chain.suite import Chain
from salus.provider.outbox.entry import Place
from salus.provider.outbox.store import Outbox


def open_outbox(chain: Chain, provider: int, path: Path, *, make: bool = False) -> Outbox:
    """Opens a provider's outbox, and creates it only with `make`.

    Only attesting should create one: otherwise a mistyped path would give an empty outbox.
    """
    place = Place(chain.chain_id, chain.addresses.genesis, chain.desk.address, provider)
    return Outbox(path, place, make=make)


@contextmanager
def outbox_for_rehearsal(chain: Chain, provider: int, path: Path) -> Iterator[Outbox]:
    """Opens the outbox for a dry run, or a temporary empty one if it does not exist."""
    with TemporaryDirectory() as folder:
        exists = path.exists()
        outbox_path = path if exists else Path(folder) / path.name
        with open_outbox(chain, provider, outbox_path, make=not exists) as outbox:
            yield outbox
