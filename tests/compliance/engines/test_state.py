"""The state engine reads what `pulumi stack export` wrote, or says why it does not."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.configuration import configure
from payment_guardrails.resource import Location
from payment_guardrails.rules import registered

from compliance.engines.engine import EngineError, EngineRun, Request
from compliance.engines.state import start
from compliance.evaluation import judge
from tests.compliance.engines.state_exports import (
    Json,
    asset,
    deployed_compliant,
    encrypted,
    entry,
    export,
    export_of,
    in_stack,
    plaintext,
    write,
)
from tests.policypack.services.compliant import GROUP, PARAMETER, QUEUE, made

GROUP_ENTRY = entry(made(GROUP, "logs", name="/aws/lambda/logs", retentionInDays=7))


def read(place: Path) -> EngineRun:
    return start(Request(Path(), state=place)).result(lambda _: None)


def refusal(place: Path) -> str:
    with pytest.raises(EngineError) as caught:
        read(place)
    return caught.value.message


# --- One file, many files ----------------------------------------------------------------


def test_one_file_is_one_stack(tmp_path: Path) -> None:
    file = write(tmp_path / "x.json", export_of(deployed_compliant()))
    run = read(file)
    assert (run.project, run.stack, run.deployed) == ("payments", "dev", True)
    assert {each.urn for each in run.stacks[0].resources} == {
        each.urn for each in deployed_compliant().resources.values()
    }
    assert run.digest == f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    assert run.notes == ()


def test_a_folder_is_read_with_all_folders_in_it(tmp_path: Path) -> None:
    one = export([GROUP_ENTRY])
    for number in range(30):
        write(tmp_path / f"team-{number % 3}" / f"{number}.json", in_stack(one, "p", f"s{number}"))
    (tmp_path / "README.md").write_text("no export")
    (tmp_path / "old.json.bak").write_text("no export either")
    run = read(tmp_path)
    assert len(run.stacks) == 30
    assert (run.project, run.stack) == ("p", "30 stacks")


def test_stacks_of_several_projects_are_told_apart(tmp_path: Path) -> None:
    for project in ("shop", "ledger"):
        write(tmp_path / f"{project}.json", in_stack(export([GROUP_ENTRY]), project, "dev"))
    run = read(tmp_path)
    assert (run.project, run.stack) == (
        "2 projects (ledger, shop)",
        "2 stacks (ledger/dev, shop/dev)",
    )


def test_neither_the_place_nor_the_order_of_files_changes_anything_but_the_list(
    tmp_path: Path,
) -> None:
    data = [in_stack(export([GROUP_ENTRY, GROUP_ENTRY | {"delete": True}]), "p", s) for s in "abc"]
    for folder, names in (("first", "123"), ("second/deep", "123"), ("third", "321")):
        for name, each in zip(names, data, strict=True):
            write(tmp_path / folder / f"{name}.json", each)
    first, second, third = (read(tmp_path / name) for name in ("first", "second/deep", "third"))
    assert first == second
    assert (first.stacks, first.notes) == (third.stacks, third.notes)
    assert first.digest != third.digest


def test_the_same_stack_twice_is_refused_with_both_files(tmp_path: Path) -> None:
    for name in ("monday", "tuesday"):
        write(tmp_path / f"{name}.json", export([GROUP_ENTRY]))
    message = refusal(tmp_path)
    assert all(word in message for word in ("monday.json", "tuesday.json", "payments/dev"))


def test_an_empty_stack_among_others_is_a_note(tmp_path: Path) -> None:
    write(tmp_path / "full.json", export([GROUP_ENTRY]))
    write(tmp_path / "destroyed.json", export([]))
    run = read(tmp_path)
    assert len(run.stacks) == 1
    assert run.notes == ("destroyed.json holds no resource: nothing of it was judged",)


@pytest.mark.parametrize(
    "data",
    [export([]), {"version": 3, "deployment": {"manifest": {}}}, {"deployment": None}],
)
def test_nothing_but_empty_stacks_is_refused(tmp_path: Path, data: Json) -> None:
    write(tmp_path / "x.json", data)
    assert "holds a resource" in refusal(tmp_path)


def test_a_place_without_exports_is_refused(tmp_path: Path) -> None:
    assert "no .json file" in refusal(tmp_path)
    assert "no such file or folder" in refusal(tmp_path / "nothing.json")


# --- What is no export -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"version": 1}, ["no deployment"]),
        ({"name": "some-package", "dependencies": {}}, ["no deployment"]),
        ([1, 2], ["no deployment"]),
        ({"version": 3, "checkpoint": {"latest": {}}}, ["checkpoint", "pulumi stack export"]),
        ({"version": 3, "deployment": []}, ["deployment is list"]),
        (export([GROUP_ENTRY], version=1), ["version 1 is too old"]),
        (export([GROUP_ENTRY], version=2), ["version 2 is too old", "export it again"]),
        (export([GROUP_ENTRY], version=5), ["version 5 is not known"]),
        (export([GROUP_ENTRY], version="3"), ["version '3' is not known"]),
        (export([GROUP_ENTRY], version=True), ["version True"]),
        (export([GROUP_ENTRY], version=4, features=["views", "time-travel"]), ["time-travel"]),
        (export([GROUP_ENTRY | {"urn": "x"}]), ["resources[1].urn is 'x'", "no URN"]),
        (export([GROUP_ENTRY | {"type": ""}]), ["resources[1].type is not set"]),
        (export([GROUP_ENTRY | {"inputs": []}]), ["resources[1].inputs is list", "an object"]),
        (export([GROUP_ENTRY | {"delete": "yes"}]), ["resources[1].delete is str"]),
        (export([GROUP_ENTRY | {"dependencies": [1]}]), ["resources[1].dependencies[0] is int"]),
        (export([GROUP_ENTRY | {"inputs": {"code": asset(path=5)}}]), ["path of a secret, asset"]),
        (export([GROUP_ENTRY, GROUP_ENTRY]), ["two of its resources have the URN"]),
        (export([GROUP_ENTRY], [{"type": "eating", "resource": GROUP_ENTRY}]), ["'eating'"]),
        (export([GROUP_ENTRY], [{"type": "creating"}]), ["pending_operations[0].resource"]),
        (
            export([GROUP_ENTRY, in_stack(GROUP_ENTRY, "other", "prod")]),
            ["several stacks", "other/prod", "payments/dev"],
        ),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused_by_name_and_place(
    tmp_path: Path, data: Any, words: list[str]
) -> None:
    write(tmp_path / "good.json", in_stack(export([GROUP_ENTRY]), "good", "dev"))
    message = refusal(write(tmp_path / "wrong.json", data).parent)
    assert all(word in message for word in ["wrong.json", *words])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["x.json:1"]),
        (b'{\n"version": 3,\n"deployment": oops}', ["x.json:3"]),
        (b"\xff\xfe\x00", ["x.json"]),
        (b'{"version": 3, "deployment": {"resources": [NaN]}}', ["NaN"]),
        (b"[" * 100_000 + b"]" * 100_000, ["nested too deeply"]),
        (b'{"version": 3, "deployment": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001, ["x.json"]),
        (b"1" * 5000, ["x.json"]),
        (json.dumps(export([GROUP_ENTRY | {"id": "\ud800"}])).encode(), ["x.json"]),
    ],
    ids=["empty", "malformed", "binary", "NaN", "deep list", "deep object", "number", "half"],
)
def test_what_is_no_json_is_refused_with_its_line(
    tmp_path: Path, content: bytes, words: list[str]
) -> None:
    (tmp_path / "x.json").write_bytes(content)
    message = refusal(tmp_path / "x.json")
    assert all(word in message for word in words)
    assert "\n" not in message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_encodings_of_windows_shells_are_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "x.json").write_text(json.dumps(export([GROUP_ENTRY])), encoding)
    assert len(read(tmp_path / "x.json").stacks[0].resources) == 1


def test_names_hold_what_pulumi_lets_them(tmp_path: Path) -> None:
    group = made(GROUP, "zahlung::größe 💶", name="/x", retentionInDays=7)
    (resource,) = read(write(tmp_path / "x.json", export([entry(group)]))).stacks[0].resources
    assert resource.name == "zahlung::größe 💶"


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from([encrypted(), plaintext("x"), "urn:pulumi:a::b::c::d", "1" * 400]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=3)
            | st.sampled_from(["4dabf18193072939515e22adb298388d", "path", "id", "plaintext"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
_SOUND = export(
    [
        *(entry(each) for each in deployed_compliant().resources.values()),
        entry(made(PARAMETER, "key", name="/key", type="String", value=encrypted())),
        entry(made(QUEUE, "code", policy=asset(path="x"))),
    ],
    [{"type": "updating", "resource": GROUP_ENTRY}],
)  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members: list[Any] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    below = [place for key, item in members for place in _places(item, (*path, key))]
    return [path, *below] if path else below


@given(place=st.sampled_from(_places(_SOUND)), value=_JSON)
def test_whatever_stands_anywhere_there_is_a_stack_or_one_message(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[Any, ...], value: Any
) -> None:
    data = json.loads(json.dumps(_SOUND))
    holder = data
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    file = write(tmp_path_factory.mktemp("mutated") / "x.json", data)
    try:
        run = read(file)
    except EngineError as error:
        refused = error.message
    else:
        assert _is_judged(run)
        return
    assert refused.startswith(str(file))
    assert "\n" not in refused


def _is_judged(run: EngineRun) -> bool:
    rules = registered()
    judgement = judge(run.stacks, rules, configure(rules), deployed=True)
    return all(each.digest.startswith("sha256:") for each in judgement.resources)


@given(end=st.integers(0, 5000))
def test_a_file_that_was_cut_off_is_refused(
    tmp_path_factory: pytest.TempPathFactory, end: int
) -> None:
    file = write(tmp_path_factory.mktemp("cut") / "x.json", _SOUND)
    file.write_bytes(file.read_bytes()[:end])
    assert "x.json:" in refusal(file)


@pytest.mark.parametrize(
    ("position", "location"),
    [
        ("project:///program/__main__.py#12,5", Location("program/__main__.py", 12)),
        ("project:///a%20b.py#3", Location("a b.py", 3)),
        ("file:///home/me/a.py#3", None),
        ("project:///a.py", None),
        ("project:///a.py#0", None),
        ("", None),
    ],
)
def test_a_resource_is_where_the_engine_says_that_the_program_creates_it(
    position: str, location: Location | None, tmp_path: Path
) -> None:
    placed = {**GROUP_ENTRY, "sourcePosition": position}
    [found] = read(write(tmp_path / "x.json", export([placed]))).stacks[0].resources
    assert found.location == location
