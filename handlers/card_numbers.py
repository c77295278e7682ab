"""Finds what passes for a payment card number, so that it is refused and never kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

_SHORTEST, _LONGEST = 13, 19
# Digits of any script, in groups with spaces, hyphens or dashes between them.
_RUN: Final = re.compile(r"\d+(?:[\s\-\u00ad\u2010-\u2015\u2212]+\d+)*")
_GROUP: Final = re.compile(r"\d+")
# Prefixes and lengths of the card networks (ISO/IEC 7812 issuer identification numbers):
# https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN)
_NETWORKS: Final = (
    (re.compile(r"4"), frozenset({13, 16, 19})),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), frozenset({16})),
    (re.compile(r"3[47]"), frozenset({15})),
    (re.compile(r"6011|64[4-9]|65|622|62|81"), frozenset(range(16, 20))),
    (re.compile(r"30[0-5]|309|36|3[89]"), frozenset(range(14, 20))),
    (re.compile(r"35(?:2[89]|[3-8])"), frozenset(range(16, 20))),
    (re.compile(r"2131|1800"), frozenset({15})),
    (re.compile(r"50|5[6-9]|6[0-9]"), frozenset(range(13, 20))),
    (re.compile(r"220[0-4]"), frozenset(range(16, 20))),
)
# A digit, and the sum of the digits of its double.
_DOUBLED: Final = str.maketrans("0123456789", "0246813579")


def holds_card_number(value: Any) -> bool:
    """True where a string or number anywhere in JSON data passes for a card number."""
    return any(_in_text(text) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Decimal):
        # Every way in which the digits could have been meant: `4111111111111111.0` too.
        yield str(value)
        if -_LONGEST <= value.adjusted() <= 2 * _LONGEST:
            yield f"{value:f}"
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield name
            yield from _texts(member)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _in_text(text: str) -> bool:
    runs = (match.group() for match in _RUN.finditer(text))
    return any(_in_run(run) for run in runs if len(run) >= _SHORTEST)


def _in_run(run: str) -> bool:
    groups = ["".join(str(int(digit)) for digit in group) for group in _GROUP.findall(run)]
    for first in range(len(groups)):
        digits = ""
        # A group has a digit at least: what is further on is too far for this number.
        for group in groups[first : first + _LONGEST]:
            digits += group
            if len(digits) > _LONGEST:
                break
            if len(digits) >= _SHORTEST and _is_card_number(digits):
                return True
    return False


def _is_card_number(digits: str) -> bool:
    known = any(len(digits) in lengths and prefix.match(digits) for prefix, lengths in _NETWORKS)
    return known and _luhn(digits)


def _luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B: from the last, every second digit doubled."""
    counted = digits[::-2] + digits[-2::-2].translate(_DOUBLED)
    return sum(map(int, counted)) % 10 == 0
