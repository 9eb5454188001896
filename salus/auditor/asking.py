"""Asks the contracts as of one block, several questions at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

from salus.auditor.rows import Book, Comparison
from salus.base.errors import ChainError
from salus.chain.web3_lazily import web3

AT_ONCE = 8
NO_ANSWER = "no answer"


class AnswerPart(NamedTuple):
    """A part of an answer, and what it must be."""

    what: str
    expected: Any
    take: Callable[[Any], Any] = lambda answer: answer
    """Takes the part from the answer of the contract."""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A view of a contract, and what must be in its answer."""

    book: Book
    subject: str
    function: Any
    """A call of web3, with its arguments."""
    parts: tuple[AnswerPart, ...]


def ask(questions: Iterable[Question], block: int, *, on_answer: Callable[[], None]) -> Iterator[Comparison]:
    """The rows of all questions, in their order. `on_answer` is called after each answer.

    A view that reverts gives rows that say so. Raises NodeUnreachable, or ChainError if the node has not kept
    the state of the block.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for question, answer in pool.map(lambda question: (question, _answer(question, block)), questions):
            on_answer()
            for part in question.parts:
                found = NO_ANSWER if answer is NO_ANSWER else part.take(answer)
                yield Comparison(
                    book=question.book,
                    subject=question.subject,
                    what=part.what,
                    expected=part.expected,
                    found=found,
                    unit=part.unit,
                )


def _answer(question: Question, block: int) -> Any:
    errors = web3.exceptions
    try:
        return question.function.call(block_identifier=block)
    except (errors.ContractLogicError, errors.BadFunctionCallOutput):
        return NO_ANSWER
    except errors.Web3RPCError as error:
        raise ChainError(
            f"the node does not answer {question.function.fn_name} as of block {block}: {error.message}",
            remedy="use a node that keeps the state of old blocks (an archive node), or name a later block",
        ) from None
