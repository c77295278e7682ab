"""Rules on IAM: what policies allow, who may take a role, who may invoke a function."""

from payment_guardrails.iam import permissions, policies, roles

__all__ = ["permissions", "policies", "roles"]
