"""Guardrails for serverless payment stacks on AWS: the rules of the CrossGuard pack."""

PACK_NAME = "payment-guardrails"
__version__ = "0.1.0"
