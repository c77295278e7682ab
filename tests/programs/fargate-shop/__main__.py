"""A shop in containers behind a load balancer, in the default network of the account."""

import json

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions, export

stack = pulumi.get_stack()
image = pulumi.Config().get("image") or "nginx"

cluster = aws.ecs.Cluster("cluster", name=f"shop-{stack}")

default_vpc = aws.ec2.get_vpc(default=True)
subnets = aws.ec2.get_subnets(
    filters=[aws.ec2.GetSubnetsFilterArgs(name="vpc-id", values=[default_vpc.id])]
)

group = aws.ec2.SecurityGroup(
    "web-secgrp",
    vpc_id=default_vpc.id,
    description="Enable HTTP access",
    ingress=[
        aws.ec2.SecurityGroupIngressArgs(
            protocol="tcp", from_port=80, to_port=80, cidr_blocks=["0.0.0.0/0"]
        )
    ],
    egress=[
        aws.ec2.SecurityGroupEgressArgs(
            protocol="-1", from_port=0, to_port=0, cidr_blocks=["0.0.0.0/0"]
        )
    ],
)

alb = aws.lb.LoadBalancer("app-lb", security_groups=[group.id], subnets=subnets.ids)
target = aws.lb.TargetGroup(
    "app-tg", port=80, protocol="HTTP", target_type="ip", vpc_id=default_vpc.id
)
listener = aws.lb.Listener(
    "web",
    load_balancer_arn=alb.arn,
    port=80,
    default_actions=[aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn=target.arn)],
)

trust = json.dumps(
    {
        "Version": "2008-10-17",
        "Statement": [
            {
                "Sid": "",
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
execution = aws.iam.Role("task-exec-role", assume_role_policy=trust)
aws.iam.RolePolicyAttachment(
    "task-exec-policy",
    role=execution.name,
    policy_arn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
)

task = aws.iam.Role("task-role", assume_role_policy=trust)
events = aws.sqs.Queue(
    "shop-events",
    sqs_managed_sse_enabled=True,
    receive_wait_time_seconds=20,
)
aws.iam.RolePolicy(
    "task-policy",
    role=task.name,
    policy=events.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"],
                        "Resource": arn,
                    },
                    {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"},
                ],
            }
        )
    ),
)

logs = aws.cloudwatch.LogGroup("app-logs", name=f"/ecs/shop-{stack}", retention_in_days=7)
definition = aws.ecs.TaskDefinition(
    "app-task",
    family=f"shop-{stack}",
    cpu="256",
    memory="512",
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    execution_role_arn=execution.arn,
    task_role_arn=task.arn,
    container_definitions=pulumi.Output.json_dumps(
        [
            {
                "name": "app",
                "image": image,
                "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
                "environment": [{"name": "QUEUE_URL", "value": events.url}],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        "awslogs-group": logs.name,
                        "awslogs-region": aws.config.region,
                        "awslogs-stream-prefix": "app",
                    },
                },
            }
        ]
    ),
)

aws.ecs.Service(
    "app-svc",
    cluster=cluster.arn,
    desired_count=3,
    launch_type="FARGATE",
    task_definition=definition.arn,
    network_configuration=aws.ecs.ServiceNetworkConfigurationArgs(
        assign_public_ip=True, subnets=subnets.ids, security_groups=[group.id]
    ),
    load_balancers=[
        aws.ecs.ServiceLoadBalancerArgs(
            target_group_arn=target.arn, container_name="app", container_port=80
        )
    ],
    opts=ResourceOptions(depends_on=[listener]),
)

export("url", alb.dns_name)
