"""What looks like a secret, marked as one: for a plan that leaves the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from payment_guardrails.secrets import is_secret_name, is_secret_value
from payment_guardrails.values import SECRET_TEXT, Secret

# How a list of settings calls what a setting is called: `{"name": "DB_PASSWORD", "value": ...}`.
_NAMING: Final = ("name", "key", "Name", "Key")
_NAMED: Final = frozenset({"value", "Value"})
_DOCUMENT_STARTS: Final = ("{", "[", '"')


def marked(value: Any, name: str = "") -> Any:
    """A value with every text in it that has the name or the shape of a secret marked as one.

    `name` is what the value is called. In a text that holds JSON, the mask takes the place of
    such a text; a document without any is left as it is, byte by byte.
    """
    if isinstance(value, str):
        return _text(value, name)
    if isinstance(value, Mapping):
        if any(is_secret_value(str(key)) for key in value):
            return Secret(value)
        called = _called(value)
        return {key: marked(each, _name(str(key), called)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [marked(each, name) for each in value]
    return value


def _text(value: str, name: str) -> Any:
    if is_secret_name(name):
        return Secret(value)
    if not value.lstrip().startswith(_DOCUMENT_STARTS):
        return Secret(value) if is_secret_value(value) else value
    try:
        data = json.loads(value)
        hidden = _masked(marked(data))
    except ValueError:
        return Secret(value) if is_secret_value(value) else value
    except RecursionError:
        return Secret(value)
    text = value if hidden == data else json.dumps(hidden)
    return Secret(text) if is_secret_value(text) else text


def _called(value: Mapping[Any, Any]) -> str:
    """The name that a setting gives itself; empty where it gives none."""
    return next((value[each] for each in _NAMING if isinstance(value.get(each), str)), "")


def _name(key: str, called: str) -> str:
    return called if called and key in _NAMED else key


def _masked(value: Any) -> Any:
    if isinstance(value, Secret):
        return SECRET_TEXT
    if isinstance(value, Mapping):
        return {key: _masked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_masked(each) for each in value]
    return value
