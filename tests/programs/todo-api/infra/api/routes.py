"""The API, and its methods."""

import pulumi_aws as aws
from settings import STACK, TAGS


def make_api(name):
    return aws.apigateway.RestApi(f"{name}-api", name=f"{name}-{STACK}", tags=TAGS)


def add_method(name, api, resource, verb, function, authorizer):
    method = aws.apigateway.Method(
        f"{name}-method",
        rest_api=api.id,
        resource_id=resource.id,
        http_method=verb,
        authorization="CUSTOM" if authorizer else "NONE",
        authorizer_id=authorizer.id if authorizer else None,
    )
    integration = aws.apigateway.Integration(
        f"{name}-integration",
        rest_api=api.id,
        resource_id=resource.id,
        http_method=method.http_method,
        type="AWS_PROXY" if function else "MOCK",
        integration_http_method="POST" if function else None,
        uri=function.invoke_arn if function else None,
    )
    return method, integration
