"""Prints what looks like the end of a program, then leaves without one."""

import json
import os

import pulumi_aws as aws

aws.dynamodb.Table("inventory", billing_mode="PAY_PER_REQUEST")
print(json.dumps({"kind": "done"}), flush=True)
print("cannot reach the license server", flush=True)
os._exit(0)
