"""The compliance gate: engines, evaluation, evidence and reports."""
