"""The policy pack's entry point: serves the rules to the Pulumi engine."""

import sys
from pathlib import Path

# The pack may be started from any folder and environment; its own code comes first.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from payment_guardrails.analyzer import serve
from payment_guardrails.rules import registered

serve(registered())
