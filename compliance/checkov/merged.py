"""The evidence with Checkov's opinion in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from payment_guardrails.waivers.waiving import Waiving

from compliance.checkov.agreement import agreement
from compliance.checkov.opinion import Opinion
from compliance.evaluation import with_waiver
from compliance.evidence import Evidence, SecondOpinion, summarize
from compliance.terraform.plan import Plan
from compliance.waived import waiver_entries


def with_opinion(
    evidence: Evidence, opinion: Opinion, plans: Mapping[str, Plan], waiving: Waiving | None
) -> Evidence:
    """The evidence of the pack with Checkov's results after its own, and where both agree.

    The same waivers count for both. Controls are left as they are: they stand on the pack's
    rules alone.
    """
    theirs = tuple(with_waiver(each, waiving) for each in opinion.results)
    results = (*evidence.results, *theirs)
    return replace(
        evidence,
        summary=summarize(evidence.resources, results, evidence.controls),
        results=results,
        rules=(*evidence.rules, *opinion.checks),
        waivers=waiver_entries(waiving, results, every_tool=True),
        second_opinion=SecondOpinion(
            version=opinion.version,
            judged=len({each.resource for each in theirs if each.resource}),
            unseen=tuple(urn for each in plans.values() for urn in each.unseen),
            agreement=agreement(evidence.results, theirs),
        ),
    )
