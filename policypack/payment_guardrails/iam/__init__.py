"""Rules on IAM: what policies allow, who may take a role, who may invoke a function."""
