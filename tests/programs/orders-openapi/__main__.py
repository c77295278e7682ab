"""A REST API from an OpenAPI document, with arguments as args classes."""

import json

import pulumi
import pulumi_aws as aws

table = aws.dynamodb.Table(
    "orders-table",
    aws.dynamodb.TableArgs(
        hash_key="id",
        attributes=[aws.dynamodb.TableAttributeArgs(name="id", type="S")],
        billing_mode="PROVISIONED",
        read_capacity=1,
        write_capacity=1,
        point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
    ),
)

role = aws.iam.Role(
    "orders-role",
    aws.iam.RoleArgs(
        assume_role_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                    }
                ],
            }
        ),
        inline_policies=[
            aws.iam.RoleInlinePolicyArgs(
                name="traces",
                policy=json.dumps(
                    {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                                "Resource": ["*"],
                            }
                        ],
                    }
                ),
            ),
            aws.iam.RoleInlinePolicyArgs(
                name="table",
                policy=table.arn.apply(
                    lambda arn: json.dumps(
                        {
                            "Version": "2012-10-17",
                            "Statement": [
                                {
                                    "Effect": "Allow",
                                    "Action": ["dynamodb:PutItem", "dynamodb:GetItem"],
                                    "Resource": [arn],
                                }
                            ],
                        }
                    )
                ),
            ),
        ],
    ),
)

logs = aws.cloudwatch.LogGroup(
    "orders-logs",
    aws.cloudwatch.LogGroupArgs(name="/aws/lambda/orders-api", retention_in_days=90),
)

orders = aws.lambda_.Function(
    "orders",
    aws.lambda_.FunctionArgs(
        name="orders-api",
        runtime="python3.13",
        handler="orders.handler",
        role=role.arn,
        architectures=["x86_64"],
        timeout=60,
        tracing_config=aws.lambda_.FunctionTracingConfigArgs(mode="Active"),
        code=pulumi.AssetArchive(
            {"orders.py": pulumi.StringAsset("def handler(event, context): return {}\n")}
        ),
    ),
    pulumi.ResourceOptions(depends_on=[logs]),
)


def open_api(invoke_arn: str) -> str:
    """The API's definition, with the function behind each operation."""
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": invoke_arn,
        "passthroughBehavior": "when_no_match",
    }
    order = {
        "type": "object",
        "required": ["sku", "count"],
        "properties": {"sku": {"type": "string"}, "count": {"type": "integer", "minimum": 1}},
    }
    return json.dumps(
        {
            "openapi": "3.0.1",
            "info": {"title": "orders", "version": "1.0"},
            "security": [{"api_key": []}],
            "paths": {
                "/orders": {
                    "post": {
                        "requestBody": {
                            "required": True,
                            "content": {
                                "application/json": {
                                    "schema": {"$ref": "#/components/schemas/Order"}
                                }
                            },
                        },
                        "responses": {"202": {"description": "accepted"}},
                        "x-amazon-apigateway-integration": integration,
                    }
                },
                "/orders/{id}": {
                    "get": {
                        "parameters": [
                            {
                                "name": "id",
                                "in": "path",
                                "required": True,
                                "schema": {"type": "string"},
                            }
                        ],
                        "security": [{"api_key": []}],
                        "responses": {"200": {"description": "found"}},
                        "x-amazon-apigateway-integration": integration,
                    }
                },
            },
            "components": {
                "schemas": {"Order": order},
                "securitySchemes": {
                    "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}
                },
            },
        }
    )


api = aws.apigateway.RestApi(
    "orders-rest-api", aws.apigateway.RestApiArgs(body=orders.invoke_arn.apply(open_api))
)

aws.lambda_.Permission(
    "orders-invoke",
    aws.lambda_.PermissionArgs(
        action="lambda:InvokeFunction",
        function=orders.name,
        principal="apigateway.amazonaws.com",
    ),
)

deployment = aws.apigateway.Deployment(
    "orders-deployment",
    aws.apigateway.DeploymentArgs(rest_api=api.id),
)

access = aws.cloudwatch.LogGroup(
    "orders-access-logs", aws.cloudwatch.LogGroupArgs(retention_in_days=7)
)

stage = aws.apigateway.Stage(
    "orders-stage",
    aws.apigateway.StageArgs(
        rest_api=api.id,
        deployment=deployment.id,
        stage_name="prod",
        xray_tracing_enabled=False,
        access_log_settings=aws.apigateway.StageAccessLogSettingsArgs(
            destination_arn=access.arn,
            format="$context.requestId $context.status $context.error.validationErrorString",
        ),
    ),
)
aws.apigateway.MethodSettings(
    "orders-limits",
    aws.apigateway.MethodSettingsArgs(
        rest_api=api.id,
        stage_name=stage.stage_name,
        method_path="*/*",
        settings=aws.apigateway.MethodSettingsSettingsArgs(
            data_trace_enabled=True,
            throttling_rate_limit=1001,
            throttling_burst_limit=100,
        ),
    ),
)

pulumi.export("url", stage.invoke_url)
