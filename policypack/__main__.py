"""The policy pack's entry point: serves the rules to the Pulumi engine."""

import sys
from pathlib import Path

# The pack may be started from any folder and environment; its own code comes first.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from payment_guardrails import __version__
from payment_guardrails.crossguard import policies
from payment_guardrails.rules import registered
from pulumi_policy import PolicyPack

PolicyPack(
    name="payment-guardrails",
    policies=policies(registered()),
    description=f"Guardrails for serverless payment stacks on AWS, version {__version__}",
    display_name="Payment guardrails",
    provider="aws",
)
