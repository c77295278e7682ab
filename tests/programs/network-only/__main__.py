"""A network for others: there is nothing here but subnets, routes and gateways."""

import ipaddress

import pulumi
from pulumi_aws import ec2, get_availability_zones

config = pulumi.Config()
cidr = ipaddress.ip_network(config.require("cidr"))
blocks = cidr.subnets(new_prefix=24)


def named(name: str) -> dict[str, str]:
    return {
        "Name": f"{name}-{pulumi.get_stack()}",
        "Project": "network",
        "Environment": pulumi.get_stack(),
        "ManagedBy": "pulumi",
    }


class Vpc(pulumi.ComponentResource):
    def __init__(self, name: str, zones: list[str], opts=None):
        super().__init__("net:network:Vpc", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.vpc = ec2.Vpc(
            name,
            cidr_block=str(cidr),
            enable_dns_hostnames=True,
            tags=named(name),
            opts=child,
        )
        gateway = ec2.InternetGateway(
            f"{name}-igw", vpc_id=self.vpc.id, tags=named(f"{name}-igw"), opts=child
        )
        table = ec2.RouteTable(
            f"{name}-routes",
            vpc_id=self.vpc.id,
            routes=[ec2.RouteTableRouteArgs(cidr_block="0.0.0.0/0", gateway_id=gateway.id)],
            tags=named(f"{name}-routes"),
            opts=child,
        )
        self.subnets = []
        for index, zone in enumerate(zones):
            subnet = ec2.Subnet(
                f"{name}-subnet-{index}",
                vpc_id=self.vpc.id,
                cidr_block=str(next(blocks)),
                availability_zone=zone,
                map_public_ip_on_launch=True,
                tags=named(f"{name}-subnet-{index}"),
                opts=child,
            )
            ec2.RouteTableAssociation(
                f"{name}-association-{index}",
                route_table_id=table.id,
                subnet_id=subnet.id,
                opts=child,
            )
            self.subnets.append(subnet)
        self.register_outputs({"vpc": self.vpc.id})


network = Vpc("main", get_availability_zones(state="available").names[:2])

pulumi.export("vpc_id", network.vpc.id)
pulumi.export("subnet_ids", [subnet.id for subnet in network.subnets])
