"""The REST API: routes, validation, errors, the deployment, its stage, key and limits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from program.configuration import Settings
from program.functions import Function
from program.gateway_logging import manage_logging_role
from program.logs import create_log_group
from program.naming import Naming
from program.routes import (
    ACCESS_LOG_FORMAT,
    GATEWAY_ERRORS,
    MODELS,
    ROUTES,
    GatewayError,
    Route,
    error_template,
)

REQUESTS_PER_SECOND: Final = 1000
_BURST: Final = 500
_JSON: Final = "application/json"
# API Gateway's own limit, in milliseconds.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
_INTEGRATION_TIMEOUT: Final = 29_000


@dataclass(frozen=True)
class Api:
    """What the stack's outputs need of the API."""

    url: pulumi.Output[str]
    key_id: pulumi.Output[str]


def create_api(
    settings: Settings, naming: Naming, log_key: aws.kms.Key, functions: Mapping[str, Function]
) -> Api:
    """Create the API over these functions (by their purpose)."""
    api = aws.apigateway.RestApi(
        "payments",
        name=naming.name("api", "payments"),
        description="Payment processing",
        endpoint_configuration=aws.apigateway.RestApiEndpointConfigurationArgs(types="REGIONAL"),
        tags=settings.tags,
    )
    parts = [
        *_create_routes(naming, api, functions),
        *(_gateway_response(api, error) for error in GATEWAY_ERRORS),
    ]
    deployment = aws.apigateway.Deployment(
        "payments",
        rest_api=api.id,
        triggers={"redeployment": deployment_digest(naming)},
        opts=pulumi.ResourceOptions(depends_on=parts),
    )
    stage = _create_stage(settings, naming, log_key, api, deployment)
    key = _create_key(settings, naming, api, stage)
    return Api(url=stage.invoke_url, key_id=key.id)


def deployment_digest(naming: Naming) -> str:
    """A digest of all that a deployment contains: it changes when any of it does."""
    content: dict[str, Any] = {
        "routes": [
            {**asdict(route), "function": naming.function(route.function)} for route in ROUTES
        ],
        "models": MODELS,
        "errors": [error_template(error) for error in GATEWAY_ERRORS],
        "error_statuses": [asdict(error) for error in GATEWAY_ERRORS],
        "integration_timeout": _INTEGRATION_TIMEOUT,
    }
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _create_routes(
    naming: Naming, api: aws.apigateway.RestApi, functions: Mapping[str, Function]
) -> list[pulumi.Resource]:
    models = {name: _model(naming, api, name) for name in MODELS}
    bodies = _validator(naming, api, "bodies", body=True)
    parameters = _validator(naming, api, "parameters", body=False)
    resources: dict[tuple[str, ...], aws.apigateway.Resource] = {}
    parts: list[pulumi.Resource] = [*models.values(), bodies, parameters]
    for route in ROUTES:
        resource = _resource(api, resources, route.path)
        function = functions[route.function].function
        method = aws.apigateway.Method(
            route.name,
            rest_api=api.id,
            resource_id=resource.id,
            http_method=route.method,
            authorization="NONE",
            api_key_required=True,
            request_validator_id=(bodies if route.model else parameters).id,
            request_models={_JSON: models[route.model].name} if route.model else None,
            request_parameters={f"method.request.path.{name}": True for name in route.parameters},
        )
        integration = aws.apigateway.Integration(
            route.name,
            rest_api=api.id,
            resource_id=resource.id,
            http_method=method.http_method,
            type="AWS_PROXY",
            integration_http_method="POST",
            uri=function.invoke_arn,
            passthrough_behavior="NEVER",
            timeout_milliseconds=_INTEGRATION_TIMEOUT,
        )
        _permission(naming, api, route, function)
        parts.extend((method, integration))
    return parts


def _resource(
    api: aws.apigateway.RestApi,
    known: dict[tuple[str, ...], aws.apigateway.Resource],
    path: tuple[str, ...],
) -> aws.apigateway.Resource:
    if path not in known:
        parent = _resource(api, known, path[:-1]).id if path[:-1] else api.root_resource_id
        name = "-".join(segment.strip("{}") for segment in path)
        known[path] = aws.apigateway.Resource(
            name, rest_api=api.id, parent_id=parent, path_part=path[-1]
        )
    return known[path]


def _model(naming: Naming, api: aws.apigateway.RestApi, name: str) -> aws.apigateway.Model:
    return aws.apigateway.Model(
        name,
        rest_api=api.id,
        name=naming.model(name),
        content_type=_JSON,
        schema=json.dumps(MODELS[name]),
    )


def _validator(
    naming: Naming, api: aws.apigateway.RestApi, name: str, *, body: bool
) -> aws.apigateway.RequestValidator:
    return aws.apigateway.RequestValidator(
        name,
        rest_api=api.id,
        name=naming.name("validator", name),
        validate_request_body=body,
        validate_request_parameters=True,
    )


def _permission(
    naming: Naming, api: aws.apigateway.RestApi, route: Route, function: aws.lambda_.Function
) -> None:
    aws.lambda_.Permission(
        route.name,
        action="lambda:InvokeFunction",
        function=function.name,
        principal="apigateway.amazonaws.com",
        source_arn=pulumi.Output.concat(
            api.execution_arn, f"/{naming.suffix}/{route.method}/{route.arn_path}"
        ),
    )


def _gateway_response(api: aws.apigateway.RestApi, error: GatewayError) -> aws.apigateway.Response:
    return aws.apigateway.Response(
        error.response_type.lower().replace("_", "-"),
        rest_api_id=api.id,
        response_type=error.response_type,
        status_code=None if error.status is None else str(error.status),
        response_templates={_JSON: error_template(error)},
        response_parameters={"gatewayresponse.header.Content-Type": "'application/problem+json'"},
    )


def _create_stage(
    settings: Settings,
    naming: Naming,
    log_key: aws.kms.Key,
    api: aws.apigateway.RestApi,
    deployment: aws.apigateway.Deployment,
) -> aws.apigateway.Stage:
    log_group = create_log_group(settings, log_key, "access-logs", naming.access_log_group)
    needs: list[pulumi.Resource] = [log_group]
    if settings.api_gateway_logging == "manage":
        needs.append(manage_logging_role(settings, naming, log_group))
    stage = aws.apigateway.Stage(
        "payments",
        rest_api=api.id,
        deployment=deployment.id,
        stage_name=naming.suffix,
        xray_tracing_enabled=True,
        access_log_settings=aws.apigateway.StageAccessLogSettingsArgs(
            destination_arn=naming.log_group_arn(naming.access_log_group),
            format=ACCESS_LOG_FORMAT,
        ),
        tags=settings.tags,
        opts=pulumi.ResourceOptions(depends_on=needs),
    )
    aws.apigateway.MethodSettings(
        "payments",
        rest_api=api.id,
        stage_name=stage.stage_name,
        method_path="*/*",
        settings=aws.apigateway.MethodSettingsSettingsArgs(
            metrics_enabled=True,
            logging_level="OFF",
            data_trace_enabled=False,
            throttling_rate_limit=REQUESTS_PER_SECOND,
            throttling_burst_limit=_BURST,
        ),
    )
    return stage


def _create_key(
    settings: Settings,
    naming: Naming,
    api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
) -> aws.apigateway.ApiKey:
    key = aws.apigateway.ApiKey(
        "payments", name=naming.name("key", "payments"), enabled=True, tags=settings.tags
    )
    plan = aws.apigateway.UsagePlan(
        "payments",
        name=naming.name("plan", "payments"),
        api_stages=[aws.apigateway.UsagePlanApiStageArgs(api_id=api.id, stage=stage.stage_name)],
        throttle_settings=aws.apigateway.UsagePlanThrottleSettingsArgs(
            rate_limit=REQUESTS_PER_SECOND, burst_limit=_BURST
        ),
        tags=settings.tags,
    )
    aws.apigateway.UsagePlanKey(
        "payments", key_id=key.id, key_type="API_KEY", usage_plan_id=plan.id
    )
    return key
