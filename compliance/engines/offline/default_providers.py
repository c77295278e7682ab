"""What configures the providers that the engine makes by itself: the stack's configuration.

A real engine gives the values `aws:...` to the provider of all AWS resources that name none, and
the provider adds the region of the environment
(https://www.pulumi.com/registry/packages/aws/installation-configuration/).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

from payment_guardrails.values import UNKNOWN, Secret

from compliance.project import Project

_PACKAGE: Final = "aws"
# What rules read of a provider, and an environment of Pulumi ESC may give.
_READ: Final = ("region", "defaultTags")


def configured_region(project: Project) -> str | None:
    """The region of the configuration, else of the environment."""
    return (
        project.config.get("aws:region")
        or os.environ.get("AWS_REGION")
        or os.environ.get("AWS_DEFAULT_REGION")
    )


def default_providers(project: Project) -> Mapping[str, Mapping[str, Any]]:
    """The inputs of the default provider of AWS, by its package.

    A secret is marked as one, and unknown where only the stack's passphrase would give it. So
    is what may come from an environment that is not opened.
    """
    inputs: dict[str, Any] = dict.fromkeys(_READ, UNKNOWN) if project.environments else {}
    region = configured_region(project)
    if region is not None and not project.environments:
        inputs["region"] = region
    for key, value in project.config.items():
        package, _, name = key.partition(":")
        if package == _PACKAGE:
            inputs[name] = Secret(UNKNOWN) if key in project.undecryptable else value
    return {_PACKAGE: inputs}
