"""The ways to turn a program, or a deployment, into a stack of resources."""
