"""Reading JSON that may come from anywhere, with one meaning or none."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


class JsonError(Exception):
    """A text is no JSON that can be relied on; the message says why."""


def parse(content: bytes) -> Any:
    """The value in UTF-8 encoded JSON.

    Raises :class:`JsonError` for what other readers may take for something else: a key that
    is there twice, NaN, a number of thousands of digits, endless depth.
    RFC 8259, sections 4 and 9, leave to each reader what it makes of these.
    """
    try:
        return json.loads(
            content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse
        )
    except json.JSONDecodeError as error:
        raise JsonError(f"line {error.lineno}: malformed JSON: {error.msg}") from None
    except RecursionError:
        raise JsonError("its values are nested too deep") from None
    except UnicodeDecodeError as error:
        raise JsonError(f"is not UTF-8 at byte {error.start}") from None
    except ValueError:
        raise JsonError("has a number that is too long") from None


def parse_valid(content: bytes, schema: Path) -> Any:
    """The value in JSON that is valid by a JSON schema.

    Raises :class:`JsonError` with the place of the worst fault.
    """
    import jsonschema  # noqa: PLC0415 - only what comes from elsewhere needs it

    data = parse(content)
    fault = jsonschema.exceptions.best_match(_validator(schema).iter_errors(data))
    if fault is not None:
        raise JsonError(f"{fault.json_path}: {fault.message[:200]}")
    return data


@cache
def _validator(schema: Path) -> Draft202012Validator:
    import jsonschema  # noqa: PLC0415 - see above

    return jsonschema.Draft202012Validator(json.loads(schema.read_text("utf-8")))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise JsonError(f"has the key {twice[:100]!r} twice in one object")
    return made


def _refuse(constant: str) -> NoReturn:
    raise JsonError(f"{constant} is no JSON")
