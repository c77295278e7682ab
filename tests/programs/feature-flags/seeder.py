"""Puts the flags of a repository into a table: a dynamic provider."""

from typing import Any, Optional

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult


class SeedProvider(ResourceProvider):
    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(id_=f"{props['table']}-flags", outs={**props, "count": 2})

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=olds.get("flags") != news.get("flags"))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(outs={**news, "count": 2})


class Seed(Resource):
    count: pulumi.Output[int]

    def __init__(
        self,
        name: str,
        table: pulumi.Input[str],
        flags: pulumi.Input[dict],
        token: pulumi.Input[str],
        opts: Optional[pulumi.ResourceOptions] = None,
    ):
        super().__init__(
            SeedProvider(),
            name,
            {"table": table, "flags": flags, "token": token, "count": None},
            opts,
        )
