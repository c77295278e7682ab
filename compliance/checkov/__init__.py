"""Checkov's opinion of the same stack: rules that others wrote, as evidence beside ours.

The stack is handed to Checkov as a Terraform plan (:mod:`compliance.terraform`).
"""
