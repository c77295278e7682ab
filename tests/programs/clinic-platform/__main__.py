"""Two services of a clinic: a platform made of services made of functions."""

from typing import Optional

import pulumi
import pulumi_aws as aws
from pulumi import ComponentResource, Output, ResourceOptions

stack = pulumi.get_stack()


class LoggedFunction(ComponentResource):
    """A function and the group of its logs."""

    function: aws.lambda_.Function

    def __init__(self, name: str, role: aws.iam.Role, opts: Optional[ResourceOptions] = None):
        super().__init__("clinic:compute:LoggedFunction", name, None, opts)
        physical = f"{name}-{stack}"
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/lambda/{physical}",
            retention_in_days=30,
            opts=ResourceOptions(parent=self),
        )
        self.function = aws.lambda_.Function(
            f"{name}-function",
            name=physical,
            runtime="python3.13",
            architectures=["arm64"],
            handler="app.handler",
            role=role.arn,
            memory_size=3008,
            timeout=20,
            reserved_concurrent_executions=5,
            tracing_config=aws.lambda_.FunctionTracingConfigArgs(mode="Active"),
            code=pulumi.AssetArchive(
                {"app.py": pulumi.StringAsset("def handler(event, context):\n    return {}\n")}
            ),
            opts=ResourceOptions(parent=self, depends_on=[logs]),
        )
        self.register_outputs({"arn": self.function.arn})


class Service(ComponentResource):
    """A service: its table, and the function that works on it."""

    def __init__(self, name: str, role: aws.iam.Role, opts: Optional[ResourceOptions] = None):
        super().__init__("clinic:platform:Service", name, None, opts)
        self.table = aws.dynamodb.Table(
            f"{name}-table",
            hash_key="id",
            attributes=[aws.dynamodb.TableAttributeArgs(name="id", type="S")],
            billing_mode="PAY_PER_REQUEST",
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=True),
            opts=ResourceOptions(parent=self),
        )
        self.compute = LoggedFunction(name, role, ResourceOptions(parent=self))
        self.register_outputs({})


class Platform(ComponentResource):
    """All services, and the role that they share."""

    def __init__(self, name: str, services: list[str], opts: Optional[ResourceOptions] = None):
        super().__init__("clinic:platform:Platform", name, None, opts)
        role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy=aws.iam.get_policy_document(
                statements=[
                    aws.iam.GetPolicyDocumentStatementArgs(
                        actions=["sts:AssumeRole"],
                        principals=[
                            aws.iam.GetPolicyDocumentStatementPrincipalArgs(
                                type="Service", identifiers=["lambda.amazonaws.com"]
                            )
                        ],
                    )
                ]
            ).json,
            opts=ResourceOptions(parent=self),
        )
        self.services = {
            service: Service(service, role, ResourceOptions(parent=self)) for service in services
        }
        account = aws.get_caller_identity().account_id
        region = aws.get_region().region
        aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.id,
            policy=Output.json_dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
                            "Resource": [service.table.arn for service in self.services.values()],
                        },
                        {
                            "Effect": "Allow",
                            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                            "Resource": f"arn:aws:logs:{region}:{account}:log-group:/aws/lambda/*:*",
                        },
                        {
                            "Effect": "Allow",
                            "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                            "Resource": "*",
                        },
                    ],
                }
            ),
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({"services": services})


platform = Platform("clinic", ["appointments", "billing"])

for key, service in platform.services.items():
    pulumi.export(f"{key}_function", service.compute.function.arn)
