"""Opening the outbox of a provider on a chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from salus.chain.suite import Chain
from salus.provider.outbox.entry import Place
from salus.provider.outbox.store import Outbox


def open_outbox(chain: Chain, provider: int, path: Path, *, make: bool = False) -> Outbox:
    """Opens a provider's outbox. Only attesting should `make` one: otherwise a mistyped path would be an
    empty outbox."""
    place = Place(chain.chain_id, chain.addresses.genesis, chain.desk.address, provider)
    return Outbox(path, place, make=make)


@contextmanager
def outbox_for_rehearsal(chain: Chain, provider: int, path: Path) -> Iterator[Outbox]:
    """Opens the outbox that a dry run compares with. If there is none yet, an empty one takes its place, and
    is deleted at the end."""
    with TemporaryDirectory() as folder:
        exists = path.exists()
        used = path if exists else Path(folder) / path.name
        with open_outbox(chain, provider, used, make=not exists) as outbox:
            yield outbox
