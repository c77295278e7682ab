"""Which image a machine starts from."""

import pulumi_aws as aws


def get_linux_ami() -> str:
    return aws.ec2.get_ami(
        most_recent=True,
        owners=["137112412989"],
        filters=[aws.ec2.GetAmiFilterArgs(name="name", values=["al2023-ami-*-x86_64"])],
    ).id
