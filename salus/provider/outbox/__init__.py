"""What a provider files, kept on disk so that nothing is attested or filed twice and nothing is lost.

An outbox is one SQLite file. Each step is one transaction that is on disk before the next begins: a killed
process, a full disk or a node that dies leaves the last whole step, and a rerun goes on from there. Drafts,
and what the chain can be asked again, are kept a hundred at a time. The file
holds what the chain will show, the provider's own claim numbers, and sealed records; no name and no code. It
is readable by its owner only, and serves one provider at one claim desk, one process at a time.

    drafted ── attested ── sent ── paid | held | owed | denied | skipped
       ▲                                   │                       │
       └── a corrected line, as is now due ┴── withdrawn           └── filed again
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
