"""Lists of things to do. The parts are in packages beside this file."""

import pulumi
from api.functions import make_function
from api.routes import add_method, make_api
from data.tables import todo_table
from settings import STACK, TAGS

import pulumi_aws as aws

todos = make_function("todos", tables=[todo_table])
gatekeeper = make_function("gatekeeper")

api = make_api("todo")
authorizer = aws.apigateway.Authorizer(
    "gatekeeper-authorizer",
    rest_api=api.id,
    name=f"gatekeeper-{STACK}",
    type="TOKEN",
    authorizer_uri=gatekeeper.invoke_arn,
    authorizer_result_ttl_in_seconds=0,
)
resource = aws.apigateway.Resource(
    "todos-resource", rest_api=api.id, parent_id=api.root_resource_id, path_part="todos"
)

parts = [
    *add_method("list", api, resource, "GET", todos, authorizer),
    *add_method("create", api, resource, "POST", todos, authorizer),
    *add_method("preflight", api, resource, "OPTIONS", None, None),
]

aws.lambda_.Permission(
    "todos-invoke",
    action="lambda:InvokeFunction",
    function=todos.name,
    principal="apigateway.amazonaws.com",
    source_arn=api.execution_arn.apply(lambda arn: f"{arn}/*/*"),
)
aws.lambda_.Permission(
    "gatekeeper-invoke",
    action="lambda:InvokeFunction",
    function=gatekeeper.name,
    principal="apigateway.amazonaws.com",
)

deployment = aws.apigateway.Deployment(
    "todo-deployment", rest_api=api.id, opts=pulumi.ResourceOptions(depends_on=parts)
)
stage = aws.apigateway.Stage(
    "todo-stage", rest_api=api.id, deployment=deployment.id, stage_name=STACK, tags=TAGS
)

pulumi.export("url", pulumi.Output.format("{0}/todos", stage.invoke_url))
