"""Runs Checkov, in Checkov's own environment: a script for that Python, imported by nobody.

Checkov takes seconds to load. So it is loaded while the program under test still runs, and the
arguments come afterwards: one line of JSON on standard input, a list. No connection is opened:
what tries to gets an error.

Checkov's reports are silent on what its checks could not tell, and on those that crash. Both
are noted here, and written to `unknown.json` in the working folder: a list of objects with
`check_id`, `check_name`, `file_path`, `resource` (both empty for a check that crashed on the
whole plan), `evaluated_keys`, and `crashed`.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
from pathlib import Path
from typing import Any, Final

# What judges one resource in a graph check has no public name.
_JUDGES_ONE: Final = "_process_node"
_FORBIDDEN: Final = frozenset({"socket.connect", "socket.getaddrinfo", "socket.sendto"})


def _offline(event: str, _: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise OSError("the gate runs Checkov without a network")


class _Crashed(dict[str, Any]):
    """A resource on which a graph check raised."""


def _note_records(unknown: list[dict[str, Any]]) -> None:
    """Have every record that is neither passed, failed nor skipped noted."""
    report: Any = importlib.import_module("checkov.common.output.report").Report
    add = report.add_record

    def noting(self: Any, record: Any) -> None:
        result = record.check_result
        if result["result"] == "UNKNOWN":
            address = record.resource_address or record.resource
            note = _note(record.check_id, record.check_name, record.file_path, address)
            # What Checkov makes of a check that raises holds the check.
            note["crashed"] = "check" in result
            note["evaluated_keys"] = [key for key in result["evaluated_keys"] if key]
            unknown.append(note)
        add(self, record)

    report.add_record = noting


def _note_crashes(unknown: list[dict[str, Any]]) -> None:
    """Have every graph check that raises noted, on the resource or on the whole plan.

    Both run in threads whose errors Checkov does not ask for.
    """
    solvers = "checkov.common.checks_infra.solvers.attribute_solvers.base_attribute_solver"
    solver: Any = importlib.import_module(solvers).BaseAttributeSolver
    registry: Any = importlib.import_module("checkov.common.graph.checks_infra.registry")
    graph: Any = importlib.import_module("checkov.common.graph.graph_builder").CustomAttributes
    judge = getattr(solver, _JUDGES_ONE)
    run = registry.BaseRegistry.run_check_parallel

    def judging(self: Any, data: Any, passed: Any, failed: Any, undecided: Any) -> None:
        try:
            judge(self, data, passed, failed, undecided)
        except Exception:  # noqa: BLE001 - whatever a check raises, it decided nothing
            undecided.append(_Crashed(data))

    def running(self: Any, check: Any, results: Any, *rest: Any) -> None:
        try:
            run(self, check, results, *rest)
        except Exception:
            unknown.append(_note(check.id, check.name, "", ""))
            raise
        for entity in (each["entity"] for each in results[check]):
            if isinstance(entity, _Crashed):
                place = entity[graph.FILE_PATH], entity[graph.TF_RESOURCE_ADDRESS]
                unknown.append(_note(check.id, check.name, *place))

    setattr(solver, _JUDGES_ONE, judging)
    registry.BaseRegistry.run_check_parallel = running


def _note(check: str, name: str, file: str, resource: str) -> dict[str, Any]:
    """What is said of a check that crashed."""
    return {
        "check_id": check,
        "check_name": name,
        "file_path": file,
        "resource": resource,
        "evaluated_keys": [],
        "crashed": True,
    }


def main() -> int:
    """Load Checkov, wait for the arguments, run it; its exit status."""
    sys.addaudithook(_offline)
    # All that is loaded stays until the end: looking for garbage in it, time and again and at
    # the end, is two fifths of the whole.
    gc.disable()
    checkov = importlib.import_module("checkov.main")
    unknown: list[dict[str, Any]] = []
    _note_records(unknown)
    _note_crashes(unknown)
    gc.freeze()
    gc.enable()
    line = sys.stdin.readline()
    if not line:
        return 0
    run: Any = checkov.Checkov(argv=json.loads(line)).run()
    Path("unknown.json").write_text(json.dumps(unknown), "utf-8")
    return int(run or 0)


if __name__ == "__main__":
    sys.exit(main())
