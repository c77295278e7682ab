"""Guardrails for serverless payment stacks on AWS: the rules of the CrossGuard pack."""

__version__ = "0.1.0"
