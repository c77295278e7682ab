"""The bodies that the API takes, and every fault in one that it does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from handlers.card_numbers import holds_card_number
from handlers.identifiers import is_transaction_id
from handlers.money import EXPONENTS, amount_fault
from handlers.requests import card_number_problem
from handlers.responses import FieldError, ProblemError

LATEST_TIMESTAMP: Final = 253_402_300_799
"""The last second of the year 9999."""
_REFERENCE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
LONGEST_METADATA_NAME: Final = 40
_MOST_METADATA, _LONGEST_VALUE = 20, 500
_LONGEST_TEXT, _LONGEST_ALERT_ID, _HIGHEST_SCORE = 200, 64, 100
_LONGEST_ECHO: Final = 64

Check = Callable[[Any], str | None]


def check_transaction(body: Any) -> dict[str, Any]:
    """A transaction's body, as it came, once it is right.

    Raises :class:`ProblemError` (422) with every fault in it, or with none named where it holds
    a card number.
    """
    exempt = {"amount": Decimal} if isinstance(body, dict) else {}
    _refuse_card_numbers(body, exempt)
    members = _members(body, _TRANSACTION, {"amount", "currency", "merchant_id"})
    currency = members.get("currency")
    known = currency if isinstance(currency, str) and currency in EXPONENTS else None
    faults = list(_faults(members, _TRANSACTION))
    amount = members["amount"] if isinstance(members.get("amount"), Decimal) else None
    if amount is not None:
        fault = amount_fault(amount, known)
        faults += [FieldError("/amount", fault)] if fault else []
    return _judged(members, [*_missing(members, {"amount", "currency", "merchant_id"}), *faults])


def check_alert(body: Any) -> dict[str, Any]:
    """A fraud alert's body, as it came, once it is right; raises like `check_transaction`."""
    _refuse_card_numbers(body, {})
    members = _members(body, _ALERT, {"transaction_id", "fraud_score"})
    faults = [*_missing(members, {"transaction_id", "fraud_score"}), *_faults(members, _ALERT)]
    return _judged(members, faults)


def _refuse_card_numbers(body: Any, exempt: Mapping[str, type]) -> None:
    if isinstance(body, dict):
        judged = {
            name: value
            for name, value in body.items()
            if not (name in exempt and isinstance(value, exempt[name]))
            and not _is_own_id(name, value)
        }
        # The names of exempt members are still judged; they are ours.
        found = holds_card_number(judged)
    else:
        found = holds_card_number(body)
    if found:
        raise card_number_problem()


def _is_own_id(name: str, value: Any) -> bool:
    return name == "transaction_id" and isinstance(value, str) and is_transaction_id(value)


def _members(body: Any, known: Mapping[str, Check], required: set[str]) -> dict[str, Any]:
    if not isinstance(body, dict):
        expected = f"an object with {', '.join(sorted(required))}"
        raise ProblemError(422, "The body is not valid.", [FieldError("", expected)])
    unknown = [name for name in body if name not in known]
    if unknown:
        raise ProblemError(
            422,
            f"The body has a field that is not known: {unknown[0][:_LONGEST_ECHO]}",
            [FieldError(f"/{_escaped(name)}", "no such field") for name in unknown[:20]],
        )
    return body


def _judged(members: dict[str, Any], faults: list[FieldError]) -> dict[str, Any]:
    if faults:
        raise ProblemError(422, "The body is not valid.", faults)
    return members


def _missing(members: Mapping[str, Any], required: set[str]) -> Iterator[FieldError]:
    for name in sorted(required - set(members)):
        yield FieldError(f"/{name}", "is required")


def _faults(members: Mapping[str, Any], checks: Mapping[str, Check]) -> Iterator[FieldError]:
    for name, value in members.items():
        fault = checks[name](value)
        if fault is not None:
            yield FieldError(f"/{name}", fault)


def _escaped(name: str) -> str:
    return name[:_LONGEST_ECHO].replace("~", "~0").replace("/", "~1")


def _amount(value: Any) -> str | None:
    return None if isinstance(value, Decimal) else "must be a number"


def _currency(value: Any) -> str | None:
    known = isinstance(value, str) and value in EXPONENTS
    return None if known else "must be an ISO 4217 code such as USD"


def _reference(value: Any) -> str | None:
    matches = isinstance(value, str) and _REFERENCE.fullmatch(value)
    return None if matches else "must be 1 to 64 of the characters A-Z a-z 0-9 . _ -"


def _text(least: int, most: int) -> Check:
    def check(value: Any) -> str | None:
        fits = isinstance(value, str) and least <= len(value) <= most
        return None if fits else f"must be a text of {least} to {most} characters"

    return check


def _metadata(value: Any) -> str | None:
    fits = (
        isinstance(value, dict)
        and len(value) <= _MOST_METADATA
        and all(1 <= len(name) <= LONGEST_METADATA_NAME for name in value)
        and all(isinstance(text, str) and len(text) <= _LONGEST_VALUE for text in value.values())
    )
    return (
        None
        if fits
        else f"must be an object of at most {_MOST_METADATA} texts of up to {_LONGEST_VALUE} "
        f"characters, with names of 1 to {LONGEST_METADATA_NAME}"
    )


def _whole_number(most: int) -> Check:
    def check(value: Any) -> str | None:
        fits = (
            isinstance(value, Decimal)
            and value.is_finite()
            and value.as_tuple().exponent == 0
            and 0 <= value <= most
        )
        return None if fits else f"must be a whole number from 0 to {most}"

    return check


def _transaction_id(value: Any) -> str | None:
    return None if isinstance(value, str) and value else "must be the id of a transaction"


_TRANSACTION: Final[Mapping[str, Check]] = {
    "amount": _amount,
    "currency": _currency,
    "merchant_id": _reference,
    "customer_id": _reference,
    "description": _text(0, _LONGEST_TEXT),
    "metadata": _metadata,
}
_ALERT: Final[Mapping[str, Check]] = {
    "transaction_id": _transaction_id,
    "fraud_score": _whole_number(_HIGHEST_SCORE),
    "alert_id": _text(1, _LONGEST_ALERT_ID),
    "timestamp": _whole_number(LATEST_TIMESTAMP),
    "reason": _text(0, _LONGEST_TEXT),
}
