"""Waits for an answer that never comes."""

import time

import pulumi_aws as aws

aws.sqs.Queue("requests")
while True:
    time.sleep(0.05)
