"""Stores the lines that a provider files on disk, so that none is lost, attested twice or filed twice.

An outbox is one SQLite file. Each step is one transaction, which is on disk before the next step begins.
After a killed process, a full disk or a failed node, the last complete step is saved, and a rerun continues
from there. Drafts, and data that can be read from the chain again, are saved a hundred at a time.

The file contains the data that the chain will show, the provider's claim numbers, and sealed records. It
contains no names and no clinical codes. Only its owner can read it. It serves one provider at one claim desk,
and one process at a time. It takes one provider key, whose fingerprint it keeps, and holds back bills that
may have been signed before under another (`identity`, `doubts`).

    drafted ── attested ── sent ── paid | held | owed | denied | skipped
       ▲                                   │                       │
       └── corrected line, next revision ──┴── withdrawn           └── filed again
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
