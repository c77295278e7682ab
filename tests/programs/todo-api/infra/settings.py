"""What every part of the program needs to know."""

import pulumi

STACK = pulumi.get_stack()
TAGS = {"Project": pulumi.get_project(), "Environment": STACK, "ManagedBy": "pulumi"}
