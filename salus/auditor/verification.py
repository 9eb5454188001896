"""The whole audit of a suite: deployment, code and every book, at one block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from salus.auditor import code, deployment
from salus.auditor.books import Books, OnAnswer
from salus.auditor.history import History
from salus.auditor.rows import AuditReport
from salus.chain.roles import Holder
from salus.chain.suite import Chain


@dataclass(frozen=True)
class Verification:
    """What was read, what the books must be, and the comparison of both with the chain."""

    books: Books
    report: AuditReport

    @property
    def history(self) -> History:
        return self.books.history


def verify(
    chain: Chain,
    *,
    block: int | None = None,
    holders: Sequence[Holder] = (),
    build: Path = code.BUILD,
    on_answer: OnAnswer = lambda answered, asked: None,
) -> Verification:
    """Compares everything that an auditor can compare without a key.

    Books are compared as of `block`, the latest unless given; deployment and code as they are now. Raises as
    `History.read`, `Books.compare` and `code.compare` do; a difference is a row, never an error.
    """
    books = Books.of(History.read(chain, block))
    report = deployment.compare(chain, holders)
    report += code.compare(chain, books.pools, build)
    report += books.compare(on_answer)
    return Verification(books, report)
