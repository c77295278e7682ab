"""Steps of an order: a state machine that calls a function."""

import access
import pulumi
from pulumi_aws import lambda_, sfn

reserve = lambda_.Function(
    "reserveFunction",
    role=access.lambda_role.arn,
    runtime="python3.8",
    handler="reserve.handler",
    code=pulumi.AssetArchive({".": pulumi.FileArchive("./step_reserve")}),
)

steps = sfn.StateMachine(
    "orderSteps",
    role_arn=access.sfn_role.arn,
    definition=reserve.arn.apply(
        lambda arn: (
            """{
            "Comment": "What happens to an order",
            "StartAt": "Reserve",
            "States": {"Reserve": {"Type": "Task", "Resource": "%s", "End": true}}
        }"""
            % arn
        )
    ),
)

pulumi.export("state_machine_arn", steps.id)
