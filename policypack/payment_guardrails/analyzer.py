"""The rules as a CrossGuard policy pack: what `pulumi preview --policy-pack` runs.

Each rule is one policy of the same name, level and severity. The pack speaks the engine's
analyzer protocol itself
(https://github.com/pulumi/pulumi/blob/master/proto/pulumi/analyzer.proto) instead of
declaring policies to `pulumi_policy`, for three reasons:

- The SDK decodes the properties of a resource again for every policy (and of the whole
  stack for every stack policy); here that is done once (`make bench` shows the difference).
- The SDK hides unknown values behind an exception that turns a policy into an advisory
  note. Here they are data, so that a rule says `undecided`, at a level of its own.
- The engine gives stack policies only the outputs of resources, in which an optional input
  that was left out can be unknown. Here a stack rule sees each resource whole: the inputs
  that the engine showed for it before, and the outputs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import json_format
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2 as protocol
from pulumi.runtime.proto import analyzer_pb2_grpc, plugin_pb2

from payment_guardrails import PACK_NAME, __version__
from payment_guardrails.analyzer_messages import diagnostic, policy_of
from payment_guardrails.configuration import ConfigurationError, configure
from payment_guardrails.finding import Finding, Status
from payment_guardrails.finding_ids import identified
from payment_guardrails.iam.recording_file import recording_in, with_recording
from payment_guardrails.record import RECORD_VARIABLE, Record
from payment_guardrails.remediation import described, mend, to_wire
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Level, Rule
from payment_guardrails.stack import ROOT_TYPE, Stack
from payment_guardrails.values import from_wire
from payment_guardrails.waivers.place import previewed_project
from payment_guardrails.waivers.policy import PreviewedWaivers, previewed_waivers, waivers_policy
from payment_guardrails.waivers.waiver_file import WaiverFileError

_LARGEST_MESSAGE: Final = 400 * 1024 * 1024
_DISABLED: Final = "it is disabled"
_WATCH: Final = 2.0
"""How many seconds pass between two looks at whether the engine is still there."""


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """Answers the engine for the time of one preview, update or analysis.

    It remembers the inputs of each resource that the engine shows, for the rules that look
    at the whole stack. With `record`, all that it says is also kept and written to that
    file once the stack has been judged.
    """

    def __init__(self, rules: Mapping[str, Rule], record: Path | None = None) -> None:
        self._rules = rules
        self._configuration = configure(rules)
        self._inputs: dict[str, Mapping[str, Any]] = {}
        self._not_for: dict[str, protocol.AnalyzeResponse] = {}
        self._not_mending: dict[str, protocol.RemediateResponse] = {}
        self._record = Record(record) if record else None
        self._project = ""
        self._waivers = PreviewedWaivers(None, told=False)

    # The protocol's methods: their names are the engine's.

    def GetAnalyzerInfo(
        self, request: Empty, context: grpc.ServicerContext
    ) -> protocol.AnalyzerInfo:
        """The pack and its policies."""
        return protocol.AnalyzerInfo(
            name=PACK_NAME,
            displayName="Payment guardrails",
            version=__version__,
            description=f"Guardrails for serverless payment stacks on AWS, version {__version__}",
            provider="aws",
            supportsConfig=True,
            policies=[
                *(policy_of(rule) for _, rule in sorted(self._rules.items())),
                waivers_policy(),
            ],
        )

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The version of the pack."""
        return plugin_pb2.PluginInfo(version=__version__)

    def ConfigureStack(
        self, request: protocol.AnalyzerStackConfigureRequest, context: grpc.ServicerContext
    ) -> protocol.AnalyzerStackConfigureResponse:
        """Take the project's name; nothing of the stack's own configuration matters."""
        self._project = request.project
        return protocol.AnalyzerStackConfigureResponse()

    def Configure(
        self, request: protocol.ConfigureAnalyzerRequest, context: grpc.ServicerContext
    ) -> Empty:
        """Take the levels and options of the rules, and read the waivers and the recording.

        A wrong option is refused by its rule's name, a wrong file of waivers by its line.
        """
        given = {
            name: {
                "enforcementLevel": protocol.EnforcementLevel.Name(entry.enforcementLevel).lower(),
                **json_format.MessageToDict(entry.properties),
            }
            for name, entry in request.policyConfig.items()
        }
        try:
            project = previewed_project(self._project) if self._project else None
            self._configuration = with_recording(configure(self._rules, given), project)
            self._waivers = previewed_waivers(self._project, self._rules, given)
        except (ConfigurationError, WaiverFileError) as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        self._not_for.clear()
        self._not_mending.clear()
        return Empty()

    def Analyze(
        self, request: protocol.AnalyzeRequest, context: grpc.ServicerContext
    ) -> protocol.AnalyzeResponse:
        """The verdicts of the resource rules on one resource."""
        resource = Resource(request.urn, request.type, request.name, _plain(request.properties))
        self._inputs[resource.urn] = resource.inputs
        response = protocol.AnalyzeResponse()
        response.CopyFrom(self._judging(resource.type))
        for rule in self._active():
            if rule.resource_check is not None and rule.is_for(resource.type):
                settings = self._configuration[rule.name].settings
                self._tell(rule, rule.judge_resource(resource, settings), response)
        return response

    def AnalyzeStack(
        self, request: protocol.AnalyzeStackRequest, context: grpc.ServicerContext
    ) -> protocol.AnalyzeResponse:
        """The verdicts of the stack rules."""
        # What the program only reads was not shown as one of its resources; the root is none.
        resources = [
            _whole(each, self._inputs[each.urn])
            for each in request.resources
            if each.urn in self._inputs and each.type != ROOT_TYPE
        ]
        stack = _stack(resources)
        response = protocol.AnalyzeResponse()
        for rule in self._rules.values():
            if rule.stack_check is not None:
                configuration = self._configuration[rule.name]
                if configuration.level is Level.DISABLED:
                    response.not_applicable.add(policy_name=rule.name, reason=_DISABLED)
                else:
                    self._tell(rule, rule.judge(stack, configuration.settings), response)
        self._waivers.tell(response)
        if self._record is not None:
            self._record.write(stack, recording_in(self._configuration))
        return response

    def Remediate(
        self, request: protocol.AnalyzeRequest, context: grpc.ServicerContext
    ) -> protocol.RemediateResponse:
        """The resource's properties as the rules at level `remediate` want them."""
        response = protocol.RemediateResponse()
        response.CopyFrom(self._mending(request.type))
        if not any(each.remediate for each in self._configuration.values()):
            return response
        resource = Resource(request.urn, request.type, request.name, _plain(request.properties))
        properties = Struct()
        properties.CopyFrom(request.properties)
        for name, changes in mend(resource, self._rules, self._configuration):
            if self._record is not None:
                self._record.remediations.extend(described(resource, name, changes))
            properties.update(to_wire(changes))
            response.remediations.add(
                policyName=name,
                policyPackName=PACK_NAME,
                policyPackVersion=__version__,
                description=self._rules[name].title,
                properties=properties,
            )
        return response

    def _active(self) -> Iterable[Rule]:
        for name, rule in self._rules.items():
            if self._configuration[name].level is not Level.DISABLED:
                yield rule

    def _judging(self, type_: str) -> protocol.AnalyzeResponse:
        """The resource rules that are not for a type, so that no list of passed ones has them."""
        if type_ not in self._not_for:
            self._not_for[type_] = response = protocol.AnalyzeResponse()
            for rule in self._rules.values():
                if rule.resource_check is None:
                    continue
                if self._configuration[rule.name].level is Level.DISABLED:
                    response.not_applicable.add(policy_name=rule.name, reason=_DISABLED)
                elif not rule.is_for(type_):
                    response.not_applicable.add(policy_name=rule.name, reason=f"not for {type_}")
        return self._not_for[type_]

    def _mending(self, type_: str) -> protocol.RemediateResponse:
        """The same of the rules that change nothing on a type."""
        if type_ not in self._not_mending:
            self._not_mending[type_] = response = protocol.RemediateResponse()
            for rule in self._rules.values():
                if not self._configuration[rule.name].remediate:
                    response.not_applicable.add(policy_name=rule.name, reason="it changes nothing")
                elif not rule.is_for(type_):
                    response.not_applicable.add(policy_name=rule.name, reason=f"not for {type_}")
        return self._not_mending[type_]

    def _tell(
        self, rule: Rule, findings: tuple[Finding, ...], response: protocol.AnalyzeResponse
    ) -> None:
        if self._record is not None:
            self._record.findings[rule.name].extend(findings)
        if all(each.status is Status.NOT_APPLICABLE for each in findings):
            reasons = sorted({each.message for each in findings})
            response.not_applicable.add(
                policy_name=rule.name,
                reason="; ".join(reasons) or f"no resource that {rule.name} is for",
            )
        configuration = self._configuration[rule.name]
        for id_, finding in identified(rule.name, findings):
            waiver = self._waivers.of(rule.name, id_, finding.urn)
            words = self._waivers.words(waiver, rule.name, id_, finding.urn)
            if waiver is not None and self._record is not None:
                self._record.waived[id_] = waiver.id
            told = diagnostic(rule, configuration, finding, words, waived=waiver is not None)
            response.diagnostics.append(told)


def serve(rules: Mapping[str, Rule]) -> None:
    """Serve the rules on a free port of this machine, and print it.

    This is what the engine expects of a policy pack's process. It ends with the engine, also
    where that was killed and could end nothing any more.
    """
    record = os.environ.get(RECORD_VARIABLE)
    # One thread: the engine asks one thing at a time, and the analyzer remembers.
    server = grpc.server(
        ThreadPoolExecutor(max_workers=1),
        options=[
            ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
            ("grpc.max_send_message_length", _LARGEST_MESSAGE),
        ],
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(
        Analyzer(rules, Path(record) if record else None), server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    parent = os.getppid()
    # Who reads the port may interrupt at once.
    with suppress(KeyboardInterrupt):
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        while server.wait_for_termination(_WATCH) and os.getppid() == parent:
            pass
    server.stop(grace=None)


def _plain(properties: Struct) -> Mapping[str, Any]:
    decoded = json_format.MessageToDict(properties)
    # Names that begin so are the provider's notes to itself.
    return {key: from_wire(value) for key, value in decoded.items() if not key.startswith("__")}


def _whole(message: protocol.AnalyzerResource, inputs: Mapping[str, Any]) -> Resource:
    parent_is_root = message.parent.split("::")[2:3] == [ROOT_TYPE]
    return Resource(
        urn=message.urn,
        type=message.type,
        name=message.name,
        inputs=inputs,
        outputs=_plain(message.properties),
        parent=None if parent_is_root else message.parent or None,
        provider=message.provider.urn or None,
        dependencies=tuple(sorted(message.dependencies)),
        property_dependencies={
            name: tuple(sorted(found.urns))
            for name, found in sorted(message.propertyDependencies.items())
        },
    )


def _stack(resources: list[Resource]) -> Stack:
    if not resources:
        return Stack.of("", "", ())
    # urn:pulumi:<stack>::<project>::<type>::<name>
    head, project, *_ = resources[0].urn.split("::")
    return Stack.of(project, head.removeprefix("urn:pulumi:"), resources)
