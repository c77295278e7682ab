"""The configuration of the pack: the level and the options of each rule.

The form is that of `pulumi preview --policy-pack-config` (JSON object: rule name ->
level, or rule name -> {"enforcementLevel": level, option: value}); the name `all` sets
the level of every rule that has no entry of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from payment_guardrails.finding import Status
from payment_guardrails.rule import Level, Rule, Settings

UNDECIDED_OPTION: Final[Mapping[str, Any]] = {
    "type": "string",
    "enum": ["mandatory", "advisory"],
    "default": "mandatory",
    "description": "what an undecided result does, where the rule is mandatory",
}

WAIVERS: Final = "waivers"
"""What a configuration has under this name is no rule's (see `waivers.settings`)."""

_REMEDIATE: Final = "remediate"
_AS_OF: Final = "asOf"
"""The option of every rule that judges dates: the day it judges them on, or empty for today."""
_JSON_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "boolean": (bool,),
    "array": (list, tuple),
}


class ConfigurationError(ValueError):
    """The configuration of the pack is not valid; the message names the rule."""


@dataclass(frozen=True)
class FromFile:
    """A setting that was read from a file: its name for readers, and `sha256:...` of its bytes."""

    file: str
    digest: str


@dataclass(frozen=True)
class RuleConfiguration:
    """How one rule runs: its level, what `undecided` does and its options.

    `remediate` is True where the rule mends what it can before it judges.
    """

    level: Level
    undecided: Level
    settings: Settings
    remediate: bool

    @property
    def shown(self) -> Settings:
        """The settings as a report has them: of what was read from a file, its name and digest."""
        shown: dict[str, Any] = {}
        for name, value in self.settings.items():
            if isinstance(value, FromFile):
                shown |= {name: value.file, f"{name}Digest": value.digest}
            else:
                shown[name] = value
        return shown

    def level_of(self, status: Status) -> Level:
        """The level of a result with this status."""
        if status is Status.UNDECIDED and self.level is Level.MANDATORY:
            return self.undecided
        return self.level


def options_of(rule: Rule) -> Mapping[str, Mapping[str, Any]]:
    """Every option of a rule, `undecided` included, as JSON Schema fragments."""
    return {**rule.options, "undecided": UNDECIDED_OPTION}


def configure(rules: Mapping[str, Rule], given: Any = None) -> Mapping[str, RuleConfiguration]:
    """The configuration of every rule, by name.

    Raises :class:`ConfigurationError` where `given` names no rule or no option of it,
    or a value that the option does not take.
    """
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise ConfigurationError(
            "the policy configuration must be an object: rule name -> level or options"
        )
    for name in given:
        if name not in rules and name not in ("all", WAIVERS):
            raise ConfigurationError(
                f"the policy configuration names {name!r}, which is no rule of this pack"
            )
    everywhere = _entry("all", given.get("all", {}))
    if set(everywhere) - {"enforcementLevel"}:
        raise ConfigurationError("'all' takes a level and no options")
    return {
        name: configure_rule(rule, {**everywhere, **_entry(name, given.get(name, {}))})
        for name, rule in rules.items()
    }


def configure_rule(rule: Rule, entry: Mapping[str, Any]) -> RuleConfiguration:
    """The configuration of one rule from its entry {"enforcementLevel": ..., option: ...}."""
    options = options_of(rule)
    settings = {name: option["default"] for name, option in options.items()}
    level, remediate = rule.level, False
    for name, value in entry.items():
        if name == "enforcementLevel":
            level = _level(rule, value)
            remediate = value == _REMEDIATE and rule.remedy is not None
        elif name not in options:
            raise ConfigurationError(
                f"{rule.name} has no option {name!r}; it takes {', '.join(sorted(options))}"
            )
        else:
            settings[name] = _checked(rule, name, options[name], value)
    undecided = Level(settings.pop("undecided"))
    return RuleConfiguration(level, undecided, settings, remediate)


def dated(rules: Mapping[str, Rule], given: Any, as_of: date) -> Any:
    """The configuration `given`, with the day for every rule that judges dates, and for waivers.

    The day takes the place of one that is configured: a report names one day for all. What
    is not valid is left for :func:`configure` to refuse.
    """
    if not isinstance(given, Mapping | None):
        return given
    changed = dict(given or {})
    for name, rule in rules.items():
        entry = changed.get(name, {})
        if _AS_OF in rule.options and isinstance(entry, Mapping | str):
            changed[name] = {**_entry(name, entry), _AS_OF: as_of.isoformat()}
    entry = changed.get(WAIVERS, {})
    if isinstance(entry, Mapping | str):
        changed[WAIVERS] = {**_entry(WAIVERS, entry), _AS_OF: as_of.isoformat()}
    return changed


def _entry(name: str, given: Any) -> Mapping[str, Any]:
    if isinstance(given, str):
        return {"enforcementLevel": given}
    if isinstance(given, Mapping):
        return given
    raise ConfigurationError(f"the configuration of {name} must be a level or an object")


def _level(rule: Rule, value: Any) -> Level:
    # What could not be mended is a violation, as in the SDK.
    if value == _REMEDIATE:
        return Level.MANDATORY
    try:
        return Level(value)
    except ValueError:
        raise ConfigurationError(
            f"{rule.name}: enforcementLevel must be mandatory, advisory, remediate or disabled, "
            f"not {value!r}"
        ) from None


def _checked(rule: Rule, name: str, option: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    wanted = option["type"]
    is_boolean = isinstance(value, bool)
    if not isinstance(value, _JSON_TYPES[wanted]) or (is_boolean and wanted != "boolean"):
        raise ConfigurationError(f"{rule.name}: {name} must be of type {wanted}, not {value!r}")
    if name == _AS_OF and not _is_date(str(value)):
        raise ConfigurationError(
            f"{rule.name}: {name} must be a date like 2026-01-31, not {value!r}"
        )
    if "enum" in option and value not in option["enum"]:
        raise ConfigurationError(
            f"{rule.name}: {name} must be one of {', '.join(map(str, option['enum']))}, "
            f"not {value!r}"
        )
    if "minimum" in option and value < option["minimum"]:
        raise ConfigurationError(
            f"{rule.name}: {name} must be at least {option['minimum']}, not {value!r}"
        )
    if "maximum" in option and value > option["maximum"]:
        raise ConfigurationError(
            f"{rule.name}: {name} must be at most {option['maximum']}, not {value!r}"
        )
    if "pattern" in option and not re.search(option["pattern"], str(value)):
        raise ConfigurationError(
            f"{rule.name}: {name} must match {option['pattern']}, not {value!r}"
        )
    if wanted == "array":
        return _checked_items(rule, name, option, value)
    return value


def _checked_items(rule: Rule, name: str, option: Mapping[str, Any], values: Any) -> list[Any]:
    fewest = option.get("minItems", 0)
    if len(values) < fewest:
        raise ConfigurationError(f"{rule.name}: {name} must name at least {fewest}")
    return [
        _checked(rule, f"{name}[{index}]", option["items"], value)
        for index, value in enumerate(values)
    ]


def _is_date(text: str) -> bool:
    """Whether a text is a day like 2026-01-31, or empty for none."""
    try:
        return text == "" or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
