"""The SSM parameters that users update in place: where merchants are told, and with which keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from handlers import names
from program.configuration import DataClass, Settings
from program.naming import Naming

WEBHOOK_URL: Final = "webhook-url"
WEBHOOK_KEYS: Final = "api-key"


@dataclass(frozen=True)
class Parameters:
    """The parameters of the stack."""

    webhook_url: aws.ssm.Parameter
    webhook_keys: aws.ssm.Parameter


def create_parameters(settings: Settings, naming: Naming) -> Parameters:
    """Create both parameters with their first values; later changes of the values are kept."""
    return Parameters(
        webhook_url=_parameter(settings, naming, WEBHOOK_URL, settings.webhook_url),
        webhook_keys=_parameter(settings, naming, WEBHOOK_KEYS, settings.webhook_keys),
    )


def _parameter(
    settings: Settings, naming: Naming, purpose: str, value: pulumi.Output[str] | None
) -> aws.ssm.Parameter:
    return aws.ssm.Parameter(
        purpose,
        name=naming.parameter(purpose),
        type="SecureString",
        value=names.PLACEHOLDER if value is None else value,
        tags=settings.data_tags(DataClass.CREDENTIALS),
        opts=pulumi.ResourceOptions(ignore_changes=["value"]),
    )
