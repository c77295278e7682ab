"""The page as a reader without a browser gets it: its elements, its text by place, its links."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from compliance.evidence import Evidence
from compliance.reports import formats

VOID: Final = frozenset({"meta", "link", "br", "img", "hr", "input"})
_TEXTLESS: Final = frozenset({"style", "script"})


@dataclass
class Element:
    """An element with its attributes, its children, and its texts in between."""

    tag: str
    attributes: dict[str, str]
    content: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it, with single spaces."""
        return " ".join(self._raw().split())

    def _raw(self) -> str:
        if self.tag in _TEXTLESS:
            return ""
        return "".join(each if isinstance(each, str) else each._raw() for each in self.content)

    def all(self, tag: str = "", **attributes: str) -> list[Element]:
        """Every element within, of a tag and with attributes (`class_`: one of its classes)."""
        found = []
        for each in self.content:
            if isinstance(each, Element):
                if each._fits(tag, attributes):
                    found.append(each)
                found.extend(each.all(tag, **attributes))
        return found

    def by_id(self, name: str) -> Element:
        """The one element with an id."""
        [found] = self.all(id=name)
        return found

    @property
    def links(self) -> list[str]:
        """Where its links lead."""
        return [each.attributes["href"] for each in self.all("a") if "href" in each.attributes]

    def _fits(self, tag: str, attributes: dict[str, str]) -> bool:
        return (not tag or self.tag == tag) and all(
            value in self.attributes.get("class", "").split()
            if name == "class_"
            else self.attributes.get(name) == value
            for name, value in attributes.items()
        )


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        assert len(element.attributes) == len(attrs), f"an attribute twice: {tag} {attrs}"
        self.open[-1].content.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, tag

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def document(text: str) -> Element:
    """The root of a page. Fails where a tag is left open or closed twice."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    [root] = parser.open
    return root


def page_of(evidence: Evidence) -> Element:
    """The root of the page of some evidence."""
    return document(formats()["html"][1](evidence))
