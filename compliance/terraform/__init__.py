"""Pulumi resources as Terraform names them, for tools that read Terraform."""
