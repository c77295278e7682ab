"""Links within the page: to a resource, a rule, a control, a place in the program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup

from compliance.evidence import ControlResult, Location
from compliance.reports.html.anchors import control_anchor, resource_anchor, rule_anchor
from compliance.reports.html.index import Index
from compliance.reports.html.prose import shortened
from compliance.wording import name_of

_LONGEST_NAME: Final = 120


class Links:
    """Makes links to what the page has a section for; of anything else it gives the name."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._resources: dict[str | None, Markup] = {}
        self._rules: dict[str, Markup] = {}

    def resource(self, urn: str | None) -> Markup:
        """A resource by its name and type."""
        made = self._resources.get(urn)
        if made is None:
            text = shortened(name_of(urn), _LONGEST_NAME)
            known = urn is not None and urn in self._index.resources
            made = _link(resource_anchor(urn or ""), text) if known else Markup("{}").format(text)
            self._resources[urn] = made
        return made

    def resources(self, urns: Iterable[str | None]) -> Markup:
        """Some resources, in their order."""
        return Markup(", ").join([self.resource(urn) for urn in urns])

    def rule(self, name: str) -> Markup:
        """A rule by its name."""
        made = self._rules.get(name)
        if made is None:
            known = name in self._index.cards
            made = _link(rule_anchor(name), name) if known else Markup("{}").format(name)
            self._rules[name] = made
        return made

    def control(self, control: ControlResult) -> Markup:
        """A control by its framework and id."""
        return _link(control_id(control), f"{control.framework} {control.id}")


def control_id(control: ControlResult) -> str:
    """The id of a control's section."""
    return control_anchor(control.framework, control.version, control.id)


def place(location: Location | None) -> str:
    """Where in the program: `queues.py:31`; empty where it is not known."""
    return f"{location.file}:{location.line}" if location else ""


def _link(anchor: str, text: str) -> Markup:
    return Markup('<a href="#{}">{}</a>').format(anchor, text)
