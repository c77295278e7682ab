"""`annotations.txt`: workflow commands that mark lines of a pull request on GitHub.

They count when a step of a workflow prints them:

    - if: always()
      run: cat build/compliance/annotations.txt

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands. GitHub
shows 10 errors and 10 warnings of a step: the worst are written, and one notice says how
many are not. They need no rights on the repository, which an upload of SARIF does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from compliance.evidence import Evidence, ResourceEntry, Result
from compliance.reports import report_format
from compliance.reports.characters import cut, one_line
from compliance.reports.places import place_of, resources_by_urn
from compliance.reports.ranking import open_results
from compliance.wording import MEANING, name_of, plural

_MOST_OF_A_KIND: Final = 10
_LONGEST_TITLE: Final = 200
_LONGEST_MESSAGE: Final = 2_000


@report_format("github", "annotations.txt")
def write_annotations(evidence: Evidence) -> str:
    """An error for each mandatory result that is open, a warning for each advisory one."""
    return "".join(f"{line}\n" for line in _commands(evidence))


def _commands(evidence: Evidence) -> Iterator[str]:
    resources = resources_by_urn(evidence)
    left_out = 0
    found = open_results(evidence.results)
    for command, level in (("error", "mandatory"), ("warning", "advisory")):
        of_level = [result for result in found if result.level == level]
        left_out += len(of_level[_MOST_OF_A_KIND:])
        for result in of_level[:_MOST_OF_A_KIND]:
            yield _command(command, result, resources, evidence.subject.folder)
    if left_out:
        told = f"{plural(left_out, 'more finding')}: see the report"
        yield f"::notice title=compliance::{_data(told)}"
    # Shown only where a run's debug log is on.
    yield f"::debug::compliance: {plural(len(found), 'open finding')}"


def _command(
    command: str, result: Result, resources: Mapping[str, ResourceEntry], folder: str
) -> str:
    place = place_of(result, resources, folder)
    line = f",line={place.line}" if place.known else ""
    title = cut(one_line(f"{result.rule} ({result.severity})"), _LONGEST_TITLE)
    said = f"{name_of(result.resource)} {MEANING[result.status].short}: {result.message}"
    message = cut(one_line(said), _LONGEST_MESSAGE)
    file = _property(one_line(place.file))
    return f"::{command} file={file}{line},title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    """Escaped as GitHub's own library does it: actions/toolkit, packages/core/src/command.ts."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
