"""What a change of a module's source changed: bodies of functions, or more than those."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Final

KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"
"""What becomes of a change."""
PACKAGE: Final = "/policypack/payment_guardrails/"
_IS_FUNCTION: Final = 0x1  # CO_OPTIMIZED, which the body of a class is not

Key = tuple[str, str, int]
"""A function of the pack: its file in the package, its qualified name, its first line."""


@dataclass(frozen=True)
class Change:
    """The functions whose bodies changed, with their new code; None where more changed."""

    functions: dict[Key, CodeType] | None

    @staticmethod
    def between(before: CodeType, after: CodeType) -> Change:
        """The change from one compiled module to another."""
        if _shell(before) != _shell(after):
            return Change(None)
        pairs = zip(_functions(before), _functions(after), strict=True)
        return Change({key_of(a): b for a, b in pairs if _whole(a) != _whole(b)})


def key_of(code: CodeType) -> Key:
    """What a function of the pack is known by, in whichever copy of the work tree it is."""
    return code.co_filename.partition(PACKAGE)[2], code.co_qualname, code.co_firstlineno


def _functions(code: CodeType) -> Iterator[CodeType]:
    """The outermost functions in a module or a class."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            if each.co_flags & _IS_FUNCTION:
                yield each
            else:
                yield from _functions(each)


def _shell(code: CodeType) -> tuple[object, ...]:
    return _print(code, lambda each: () if each.co_flags & _IS_FUNCTION else _shell(each))


def _whole(code: CodeType) -> tuple[object, ...]:
    return _print(code, _whole)


def _print(code: CodeType, inner: Callable[[CodeType], tuple[object, ...]]) -> tuple[object, ...]:
    constants = tuple(
        inner(each) if isinstance(each, CodeType) else (type(each), repr(each))
        for each in code.co_consts
    )
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return code.co_code, code.co_exceptiontable, code.co_flags, names, constants
