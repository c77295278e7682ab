"""Thumbnails in several sizes: one worker for each, from one component."""

import json

import pulumi
import pulumi_aws as aws


class ThumbnailWorker(pulumi.ComponentResource):
    """A queue and the function that makes thumbnails of one size from it."""

    def __init__(self, name: str, width: int, opts: pulumi.ResourceOptions | None = None):
        super().__init__("acme:media:ThumbnailWorker", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        self.queue = aws.sqs.Queue(f"{name}-queue", visibility_timeout_seconds=360, opts=child)

        role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                    }
                ],
            },
            opts=child,
        )
        aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.id,
            policy={
                "Version": "2012-10-17",
                "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
            },
            opts=child,
        )
        aws.ssm.Parameter(
            f"{name}-settings",
            name=f"/thumbnails/{name}/cdn-password",
            type="String",
            value=json.dumps({"width": width}),
            opts=child,
        )
        function = aws.lambda_.Function(
            f"{name}-function",
            runtime="python3.12",
            handler="thumbnail.handler",
            role=role.arn,
            timeout=60,
            tracing_config={"mode": "Active"},
            code=pulumi.AssetArchive(
                {"thumbnail.py": pulumi.StringAsset("def handler(event, context): ...\n")}
            ),
            environment={"variables": {"WIDTH": str(width)}},
            opts=child,
        )
        aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=function.name.apply(lambda physical: f"/aws/lambda/{physical}"),
            retention_in_days=365,
            opts=child,
        )
        aws.lambda_.EventSourceMapping(
            f"{name}-mapping",
            event_source_arn=self.queue.arn,
            function_name=function.arn,
            opts=child,
        )
        self.register_outputs({"queue_url": self.queue.url})


workers = {
    name: ThumbnailWorker(name, width) for name, width in {"small": 64, "large": 640}.items()
}

pulumi.export("queues", {name: worker.queue.url for name, worker in workers.items()})
