"""What kinds of resources are the parts of an architecture, and what joins them.

Types are those of pulumi-aws: https://www.pulumi.com/registry/packages/aws/api-docs/
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Kind:
    """What a part is called, one and many, and the symbol that is drawn for it."""

    noun: str
    plural: str
    symbol: str


_API: Final = Kind("API", "APIs", "gateway")
_FUNCTION: Final = Kind("function", "functions", "function")
_QUEUE: Final = Kind("queue", "queues", "queue")
_TABLE: Final = Kind("table", "tables", "store")
_TOPIC: Final = Kind("topic", "topics", "fan")
_BUCKET: Final = Kind("bucket", "buckets", "store")
_STREAM: Final = Kind("stream", "streams", "queue")
_RULE: Final = Kind("event rule", "event rules", "fan")
_BUS: Final = Kind("event bus", "event buses", "fan")
_SCHEDULE: Final = Kind("schedule", "schedules", "fan")
_MACHINE: Final = Kind("state machine", "state machines", "function")
_DATABASE: Final = Kind("database", "databases", "store")
_CACHE: Final = Kind("cache", "caches", "store")
_FILES: Final = Kind("file system", "file systems", "store")
_SERVICE: Final = Kind("service", "services", "function")
_BALANCER: Final = Kind("load balancer", "load balancers", "gateway")
_NETWORK: Final = Kind("distribution", "distributions", "gateway")
_SETTING: Final = Kind("parameter", "parameters", "setting")
_SECRET: Final = Kind("secret", "secrets", "setting")
_USERS: Final = Kind("user pool", "user pools", "setting")
_MACHINE_HOST: Final = Kind("server", "servers", "function")

PARTS: Final[Mapping[str, Kind]] = {
    "aws:apigateway/restApi:RestApi": _API,
    "aws:apigateway/restApiPut:RestApiPut": _API,
    "aws:apigatewayv2/api:Api": _API,
    "aws:appsync/graphQLApi:GraphQLApi": _API,
    "aws:lambda/function:Function": _FUNCTION,
    "aws:lambda/functionUrl:FunctionUrl": Kind("function URL", "function URLs", "gateway"),
    "aws:sqs/queue:Queue": _QUEUE,
    "aws:dynamodb/table:Table": _TABLE,
    "aws:dynamodb/globalTable:GlobalTable": _TABLE,
    "aws:sns/topic:Topic": _TOPIC,
    "aws:s3/bucket:Bucket": _BUCKET,
    "aws:s3/bucketV2:BucketV2": _BUCKET,
    "aws:kinesis/stream:Stream": _STREAM,
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": _STREAM,
    "aws:cloudwatch/eventRule:EventRule": _RULE,
    "aws:cloudwatch/eventBus:EventBus": _BUS,
    "aws:scheduler/schedule:Schedule": _SCHEDULE,
    "aws:sfn/stateMachine:StateMachine": _MACHINE,
    "aws:rds/instance:Instance": _DATABASE,
    "aws:rds/cluster:Cluster": _DATABASE,
    "aws:redshift/cluster:Cluster": _DATABASE,
    "aws:opensearch/domain:Domain": _DATABASE,
    "aws:elasticache/cluster:Cluster": _CACHE,
    "aws:elasticache/replicationGroup:ReplicationGroup": _CACHE,
    "aws:efs/fileSystem:FileSystem": _FILES,
    "aws:ecs/service:Service": _SERVICE,
    "aws:apprunner/service:Service": _SERVICE,
    "aws:ec2/instance:Instance": _MACHINE_HOST,
    "aws:lb/loadBalancer:LoadBalancer": _BALANCER,
    "aws:alb/loadBalancer:LoadBalancer": _BALANCER,
    "aws:cloudfront/distribution:Distribution": _NETWORK,
    "aws:ssm/parameter:Parameter": _SETTING,
    "aws:secretsmanager/secret:Secret": _SECRET,
    "aws:cognito/userPool:UserPool": _USERS,
}
"""The types that are parts of a picture. All others serve one, or stand beside."""


@dataclass(frozen=True)
class Joint:
    """A resource that joins two parts: by which properties it names them, and what that does."""

    source: str
    target: str
    does: str


JOINTS: Final[Mapping[str, Joint]] = {
    "aws:lambda/eventSourceMapping:EventSourceMapping": Joint(
        "eventSourceArn", "functionName", "triggers"
    ),
    "aws:lambda/permission:Permission": Joint("sourceArn", "function", "invokes"),
    "aws:apigateway/integration:Integration": Joint("restApi", "uri", "calls"),
    "aws:apigatewayv2/integration:Integration": Joint("apiId", "integrationUri", "calls"),
    "aws:sns/topicSubscription:TopicSubscription": Joint("topic", "endpoint", "delivers to"),
    "aws:cloudwatch/eventTarget:EventTarget": Joint("rule", "arn", "triggers"),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": Joint(
        "logGroup", "destinationArn", "sends to"
    ),
    "aws:s3/bucketNotification:BucketNotification": Joint("bucket", "lambdaFunctions", "triggers"),
    "aws:pipes/pipe:Pipe": Joint("source", "target", "sends to"),
}

HOMES: Final = frozenset(
    {
        "api", "apiId", "bucket", "fileSystemId", "function", "functionName", "loadBalancerArn",
        "queueUrl", "restApi", "restApiId", "rule", "secretId", "stateMachineArn", "tableName",
        "topic", "userPoolId",
    }
)  # fmt: skip
"""The properties by which a resource says which part it belongs to."""

DOCUMENTS: Final = frozenset({"policy", "assumeRolePolicy", "inlinePolicies"})
"""The properties that hold IAM documents: what they speak of is no part of what holds them."""

SHARED: Final = frozenset({"aws:kms/key:Key", "aws:kms/alias:Alias"})
"""The types that serve many parts alike; they join none."""

POLLING: Final = frozenset(
    {
        "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
        "sqs:ChangeMessageVisibility", "dynamodb:DescribeStream", "dynamodb:GetRecords",
        "dynamodb:GetShardIterator", "dynamodb:ListStreams", "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator",
        "kinesis:ListShards", "kinesis:ListStreams", "kinesis:SubscribeToShard",
    }
)  # fmt: skip
"""What Lambda does with a function's role to feed it from a queue or stream.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html, and the same for
DynamoDB streams and Kinesis.
"""


FAILURE: Final = "sends what fails to"
LOOKING: Final = frozenset({"reads", "lists", "refers to"})
"""What a part does to another without changing or starting anything."""


def verbs(kind: Kind, levels: Collection[str]) -> tuple[str, ...]:
    """What a principal does with a part of a kind, by the levels of access that it has."""
    if kind in (_QUEUE, _STREAM, _TOPIC):
        words = {"Write": "sends to", "Read": "receives from"}
    elif kind in (_FUNCTION, _MACHINE, _API):
        words = {"Write": "invokes", "Read": "reads"}
    else:
        words = {"Read": "reads", "Write": "writes"}
    said = tuple(word for level, word in words.items() if level in levels)
    return said or (("lists",) if "List" in levels else ())
