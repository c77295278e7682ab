"""Results as HTML. There may be very many: they are written here, and not by a template.

Every text goes through `html.escape`, which templates do by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby

from markupsafe import Markup

from compliance.evidence import Result
from compliance.reports.html.links import Links
from compliance.reports.html.statuses import status_mark
from compliance.wording import acceptance


def seen(result: Result) -> Markup:
    """What a result saw, with the property, and who accepts it or why nobody does."""
    return Markup(_seen(result, ' <code class="quiet">{}</code>'))  # noqa: S704 - escaped there


def seen_in(results: Iterable[Result], linked: Links) -> Markup:
    """The results of one resource: a list for each status, with rules and what they saw.

    A page of 5,000 resources holds tens of thousands: no element more than it takes.
    """
    made: list[str] = []
    for status, found in groupby(results, key=lambda result: result.status):
        items = [f"<li>{linked.rule(each.rule)}: {_seen(each, ' ({})')}</li>" for each in found]
        made.append(f'<p>{status_mark(status)}</p><ul class="seen">{"".join(items)}</ul>')
    return Markup("".join(made))  # noqa: S704 - escaped where it is made


def _seen(result: Result, property_: str) -> str:
    made = escape(result.message)
    # A message often names its property.
    if result.property_path and result.property_path not in result.message:
        made += property_.format(escape(result.property_path))
    notes = (acceptance(result.waiver), result.waiver_note)
    return made + "".join(f' <span class="note">{escape(note)}</span>' for note in notes if note)
