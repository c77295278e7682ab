"""`code-scanning.sarif`: the open results, as GitHub's code scanning reads SARIF.

This is the one to upload:

    - uses: github/codeql-action/upload-sarif@v4
      with: {sarif_file: build/compliance/code-scanning.sarif}

`report.sarif` says the same by the letter of the standard. GitHub reads a part of that
(https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning):

- It knows no `suppressions` and would show an accepted finding as an open alert
  (https://github.com/github/codeql-action/issues/1230): waived results are left out here.
- It knows no `kind` (https://github.com/microsoft/PSRule/issues/955): an undecided result is
  an alert with the level of a failure, because it fails the gate as one.
- It takes two results of one rule at one line for one alert, unless their
  `primaryLocationLineHash` differs: a loop creates many resources at one line, so it is made
  from the result. (The upload warns that it is not the hash of the line. That is meant.)
- It shows 5,000 results, refuses more than 25,000, and refuses files of more than 10 MB
  compressed: the worst are kept, and a notification says how many are left out.
"""

from __future__ import annotations

from typing import Any, Final

from compliance.evidence import Evidence, Result
from compliance.reports import report_format
from compliance.reports.characters import cut, encodable
from compliance.reports.json_layout import json_text
from compliance.reports.places import Place, place_of, resources_by_urn
from compliance.reports.ranking import open_results
from compliance.reports.sarif.log import log_text
from compliance.reports.sarif.results import (
    fingerprint,
    location_object,
    message_text,
)
from compliance.reports.sarif.rules import level_of, rule_indexes
from compliance.wording import plural

_MOST_RESULTS: Final = 5_000
# Characters of ASCII before compression: below GitHub's 10 MB whatever compression saves.
_MOST_CHARACTERS: Final = 9_000_000
_LONGEST_MESSAGE: Final = 4_000


@report_format("code-scanning", "code-scanning.sarif", part_of="sarif")
def write_code_scanning(evidence: Evidence) -> str:
    """A SARIF log of the open results, worst first, within GitHub's limits."""
    indexes, resources = rule_indexes(evidence), resources_by_urn(evidence)
    found = open_results(evidence.results)
    kept: list[dict[str, Any]] = []
    size = 0
    for result in found[:_MOST_RESULTS]:
        place = place_of(result, resources, evidence.subject.folder)
        alert = _alert(result, indexes[result.rule], place)
        size += len(json_text(alert, depth=0))
        if size > _MOST_CHARACTERS:
            break
        kept.append(alert)
    left_out = len(found) - len(kept)
    told = (
        f"{plural(left_out, 'open result')} of {len(found)} left out, the least severe ones: "
        "GitHub takes no more; report.json has all"
    )
    return log_text(evidence, kept, [told] if left_out else [])


def _alert(result: Result, rule_index: int, place: Place) -> dict[str, Any]:
    return {
        "ruleId": encodable(result.rule),
        "ruleIndex": rule_index,
        "level": level_of(result),
        "message": {"text": cut(message_text(result, place), _LONGEST_MESSAGE)},
        "locations": [location_object(result, place)],
        "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint(result)}:1"},
    }
