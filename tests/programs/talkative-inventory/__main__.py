"""An inventory table, in a program that prints whatever comes to its mind."""

import json
import os
import sys

import pulumi
import pulumi_aws as aws

print("loading ...")
print(json.dumps({"kind": "done"}))
print(json.dumps({"kind": "failed", "why": "error", "traceback": "none"}), flush=True)
sys.stdout.write("no line end")
sys.stderr.write("a warning, perhaps\n")
os.write(1, b"\xff\xfe not text \x00\n")
os.system("echo from a shell")

table = aws.dynamodb.Table(
    "inventory",
    hash_key="sku",
    attributes=[{"name": "sku", "type": "S"}],
    billing_mode="PAY_PER_REQUEST",
)
table.name.apply(lambda name: print("table", name))
pulumi.log.info("an information")
pulumi.log.warn("a warning")
pulumi.export("table", table.name)
print("x" * 100_000)
