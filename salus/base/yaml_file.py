"""Parses YAML that people write; errors name the file and, where known, the line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from salus.base.errors import InputError


def parse_mapping(
    text: str | bytes,
    *,
    file: str,
    fault: type[InputError],
    wanted: str,
    kind: Literal["safe", "rt"] = "safe",
) -> Any:
    """Parses the mapping in a YAML text; with the kind "rt" it keeps the line numbers.

    Raises `fault`, with `wanted` as the remedy when the text is not a mapping.
    """
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8")
    except UnicodeDecodeError:
        raise fault("is not UTF-8 text", file=file, remedy="save it as UTF-8") from None
    try:
        content = YAML(typ=kind).load(decoded)
    except ReaderError as error:
        line = decoded.count("\n", 0, error.position) + 1
        raise fault("has a control character", file=file, line=line, remedy="correct the line") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        reason = str(error.problem or "").strip().splitlines()[:1]
        raise fault(
            ": ".join(["is not YAML", *reason]),
            file=file,
            line=mark.line + 1 if mark else None,
            remedy="correct the line",
        ) from None
    except (YAMLError, RecursionError, ValueError) as error:
        # A date that does not exist is a ValueError, whose message gives the reason.
        reason = [str(error)] if type(error) is ValueError else []
        raise fault(": ".join(["is not YAML", *reason]), file=file, remedy="correct the file") from None
    if not isinstance(content, dict):
        problem = "is empty" if content is None else "is not a mapping of names to values"
        raise fault(problem, file=file, remedy=wanted)
    return content


def line_of(document: Any, where: Sequence[int | str]) -> int:
    """The line of the deepest part of a path that a document of the kind "rt" has."""
    node: Any = document
    line = 0
    for part in where:
        known = isinstance(node, CommentedMap | CommentedSeq) and (
            part in node if isinstance(node, CommentedMap) else isinstance(part, int) and part < len(node)
        )
        if not known:
            break
        line = node.lc.data[part][0] if part in (node.lc.data or {}) else line
        node = node[part]
    return line + 1
