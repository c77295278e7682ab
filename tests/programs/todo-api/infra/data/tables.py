import pulumi_aws as aws
from settings import STACK, TAGS

todo_table = aws.dynamodb.Table(
    "todos-table",
    aws.dynamodb.TableArgs(
        name=f"todos-{STACK}",
        hash_key="owner",
        range_key="created",
        attributes=[
            aws.dynamodb.TableAttributeArgs(name="owner", type="S"),
            aws.dynamodb.TableAttributeArgs(name="created", type="S"),
        ],
        billing_mode="PAY_PER_REQUEST",
        server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=True),
        point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=False),
        tags=TAGS,
    ),
)
