"""The payment stack as a Pulumi program: one file for each part of the architecture."""
