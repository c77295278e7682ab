"""The gate's side of the resource monitor: records resources and answers the program."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from payment_guardrails.resource import Location, Resource
from payment_guardrails.stack import ROOT_TYPE, Stack
from payment_guardrails.values import from_wire, has_unknown

from compliance.engines.engine import EngineError
from compliance.engines.offline.identity import echoed, outputs_of, plain
from compliance.engines.offline.invokes import answer
from compliance.engines.offline.surroundings import Surroundings

_PROVIDER: Final = "pulumi:providers:"
_GET_RESOURCE: Final = "pulumi:pulumi:getResource"
"""How the SDK follows a reference to a resource."""

Message = Mapping[str, Any]


class Registry:
    """What the program has registered so far.

    One instance serves one run of a program; `reply` takes the child's messages in the
    order in which they come, `stack` gives the result, which does not depend on it.
    `default_providers` are those of the stack (see :class:`Stack`).
    """

    def __init__(
        self,
        project: str,
        stack: str,
        region: str,
        default_providers: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self._project = project
        self._stack = stack
        self._default_providers = default_providers
        self._surroundings = Surroundings(region)
        self._regions: dict[str, str] = {}
        self._states: dict[str, Message] = {}
        self._resources: list[Resource] = []
        self._notes: set[str] = set()
        self._answers: Mapping[str, Callable[[Message], Message]] = {
            "register": self._register,
            "read": self._read,
            "invoke": self._invoke,
            "call": self._call,
        }
        self.unanswered: list[str] = []

    @property
    def count(self) -> int:
        """How many resources, components included, have been registered."""
        return len(self._resources)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be seen, in a stable order."""
        return tuple(sorted(self._notes))

    def stack(self) -> Stack:
        """The resources registered, as rules read them."""
        return Stack.of(self._project, self._stack, self._resources, self._default_providers)

    def reply(self, message: Message) -> Message:
        """The answer to one message of the child.

        Raises :class:`EngineError` where the program asks for what the real engine
        refuses, or for what the gate cannot do.
        """
        return self._answers[message["kind"]](message)

    def _register(self, message: Message) -> Message:
        type_, name = message["type"], message["name"]
        urn = self._urn(message["parent"], type_, name)
        if type_ == ROOT_TYPE:
            return {"urn": urn, "id": "", "properties": {}}
        if urn in self._states:
            raise EngineError(
                f"the program registers two resources with the same URN: {urn}; "
                "give one of them another name"
            )
        if message["remote"]:
            self._notes.add(
                f"the component {name} ({type_}) runs in a plugin of its own, "
                "which the offline engine cannot start: the resources inside it were not tested"
            )
        properties: dict[str, Any] = message["properties"]
        if type_.startswith(_PROVIDER):
            self._remember_region(urn, properties)
        surroundings = self._surroundings_of(message["provider"], properties)
        outputs = outputs_of(type_, name, urn, properties, surroundings)
        if message["id"]:
            outputs = {**outputs, "id": message["id"]}
        self._resources.append(
            Resource(
                urn=urn,
                type=type_,
                name=name,
                inputs={key: from_wire(value) for key, value in properties.items()},
                outputs=outputs,
                parent=None if _is_root(message["parent"]) else message["parent"],
                provider=_provider_urn(message["provider"]),
                dependencies=tuple(sorted(message["dependencies"])),
                property_dependencies={
                    key: tuple(sorted(urns))
                    for key, urns in sorted(message["property_dependencies"].items())
                    if urns
                },
                custom=message["custom"],
                location=None if message["place"] is None else Location(*message["place"]),
            )
        )
        reply = {"urn": urn, "id": "", "properties": {}}
        if message["custom"]:
            reply["id"] = outputs.get("id", "offline" if type_.startswith(_PROVIDER) else "")
            reply["properties"] = {**_with_tags(type_, echoed(properties)), **outputs}
        self._states[urn] = reply
        return reply

    def _read(self, message: Message) -> Message:
        urn = self._urn(message["parent"], message["type"], message["name"])
        if message["type"] != "pulumi:pulumi:StackReference":
            self._notes.add(
                f"{message['type']} {message['name']!r} is read from the cloud, not made by this "
                "program: it was not tested"
            )
        properties = echoed(message["properties"])
        self._states[urn] = {"urn": urn, "id": message["id"], "properties": properties}
        return {"urn": urn, "properties": {"id": message["id"], **properties}}

    def _invoke(self, message: Message) -> Message:
        if message["token"] == _GET_RESOURCE:
            state = self._states.get(message["arguments"]["urn"])
            if state is None:
                raise EngineError(f"there is no resource {message['arguments']['urn']}")
            return {
                "return": {"urn": state["urn"], "id": state["id"], "state": state["properties"]}
            }
        arguments = {key: plain(value) for key, value in message["arguments"].items()}
        if any(has_unknown(value) for value in arguments.values()):
            # The engine does not ask before all that it asks about is known.
            return {"unknown": True}
        surroundings = self._surroundings_of(message["provider"], arguments)
        result = answer(message["token"], arguments, surroundings)
        if result is None:
            self.unanswered.append(message["token"])
            self._notes.add(
                f"the program calls {message['token']}, which only the cloud can answer: "
                "its result was left unknown, and where the program decides by it, "
                "another way than the one tested is possible"
            )
            return {"unknown": True}
        return {"return": result}

    def _call(self, message: Message) -> Message:
        raise EngineError(
            f"the program calls the method {message['token']} of a component that runs in a plugin "
            "of its own; the offline engine cannot run plugins"
        )

    def _urn(self, parent: str, type_: str, name: str) -> str:
        qualified = type_
        if parent and not _is_root(parent):
            qualified = f"{parent.split('::')[2]}${type_}"
        return f"urn:pulumi:{self._stack}::{self._project}::{qualified}::{name}"

    def _remember_region(self, urn: str, properties: Mapping[str, Any]) -> None:
        region = plain(properties.get("region"))
        if isinstance(region, str) and region:
            self._regions[urn] = _decoded(region)

    def _surroundings_of(self, provider: str, properties: Mapping[str, Any]) -> Surroundings:
        own = plain(properties.get("region"))
        if isinstance(own, str) and own:
            return Surroundings(own)
        region = self._regions.get(_provider_urn(provider) or "")
        return Surroundings(region) if region else self._surroundings


def _is_root(urn: str) -> bool:
    return bool(urn) and urn.split("::")[2] == ROOT_TYPE


def _provider_urn(reference: str) -> str | None:
    return reference.rpartition("::")[0] or None


def _decoded(text: str) -> str:
    # Provider properties travel as JSON texts, but for plain strings in recent SDKs.
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str) else text


def _with_tags(type_: str, properties: dict[str, Any]) -> dict[str, Any]:
    if type_.startswith("aws:") and "tags" in properties:
        return {"tagsAll": properties["tags"], **properties}
    return properties
