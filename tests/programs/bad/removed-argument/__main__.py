"""Written for pulumi-aws 6: version 7 removed an argument."""

import pulumi
import pulumi_aws as aws

api = aws.apigateway.RestApi("greetings")
method = aws.apigateway.Method(
    "get",
    rest_api=api.id,
    resource_id=api.root_resource_id,
    http_method="GET",
    authorization="AWS_IAM",
)
deployment = aws.apigateway.Deployment(
    "deployment",
    rest_api=api.id,
    stage_name="v1",
    opts=pulumi.ResourceOptions(depends_on=[method]),
)
