"""The words of the report, explained to somebody who knows neither Pulumi nor this gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GLOSSARY: Final[Mapping[str, str]] = {
    "advisory": "A rule or finding that is told of, and does not stop a deployment.",
    "attestation": "A person's signed-for statement that a control holds which no rule can test, "
    "with its owner, its date, its end, and the evidence it rests on.",
    "automated evidence": "What rules saw on the resources of the stack. It supports an "
    "assessor's judgement and does not replace it.",
    "control": "One requirement of a framework, such as PCI DSS 7.2.1.",
    "digest": "A short number made from a file's content. If one bit of the file changes, so "
    "does its digest: it proves which file was used.",
    "engine": "What found out which resources the program makes: by running the program "
    "without a cloud account (offline), by asking Pulumi for a preview of a deployment "
    "(pulumi), or by reading the record of what is deployed (state).",
    "finding": "A result that is failed or undecided.",
    "framework": "A published collection of controls, such as PCI DSS or NIST SP 800-53.",
    "grant": "A permission: a principal may take an action on a resource.",
    "mandatory": "A rule or finding that stops a deployment.",
    "manual": "A control that no rule can test. A person must bring evidence for it.",
    "not applicable": "The rule was asked, and does not speak of this resource.",
    "partial": "The rules test a part of the control. The report says which part they do not.",
    "principal": "What acts: here a function of the stack, or a role that is taken from outside.",
    "Pulumi": "A tool that makes cloud resources from a program, so that what is to be deployed "
    "can be read, reviewed and tested before it is.",
    "resource": "One thing in the cloud that the program makes: a queue, a table, a permission.",
    "rule": "A test of a resource, or of several together. It is a program that always "
    "gives the same answer to the same resource.",
    "stack": "One deployment of the program, such as development or production.",
    "undecided": "The rule needs a value that is not known before deployment. It counts as a "
    "finding: what cannot be shown is not taken to be in order.",
    "URN": "The full name of a resource within Pulumi; it is unique.",
    "waiver": "An accepted exception: somebody answers for a finding until a date, for a reason. "
    "It remains a finding.",
}
"""Each word with its meaning, in order."""
