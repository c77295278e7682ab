"""Whatever a report folder holds, `compliance verify` has an answer, and it is never `whole`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.integrity.keys import PublicKey, read_public_key
from compliance.integrity.sealing import seal
from compliance.integrity.verification import NotVerifiableError, verify
from tests.compliance.integrity.report_folders import evidence, make, make_keys

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PublicKey]:
    private, public = make_keys(tmp_path_factory.mktemp("keys"))
    return private, read_public_key(public)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report")


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in JSON data where a value is."""
    yield path
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from places(value, (*path, key))


def edited(data: Any, draw: st.DataObject) -> Any:
    """The data with something else somewhere, or with nothing there."""
    *parents, last = draw.draw(st.sampled_from(list(places(data))[1:]))
    owner = data
    for key in parents:
        owner = owner[key]
    if draw.draw(st.booleans()):
        del owner[last]
    else:
        owner[last] = draw.draw(values.filter(lambda value: value != owner[last]))
    return data


def found(folder: Path, key: PublicKey | None) -> list[str]:
    """What is wrong with a folder, in words."""
    try:
        return [problem.text for problem in verify(folder, key).problems]
    except NotVerifiableError as error:
        return [str(error)]


@given(st.data(), st.sampled_from(["manifest.json", "manifest.dsse.json", "report.json"]))
def test_anything_anywhere_has_an_answer(
    place: Path, keys: tuple[Path, PublicKey], draw: st.DataObject, name: str
) -> None:
    folder = make(place, keys[0])
    data = edited(json.loads((folder / name).read_text()), draw)
    (folder / name).write_text(json.dumps(data, indent=1) + "\n")
    problems = found(folder, keys[1])
    assert problems
    assert not any("\n" in problem for problem in problems)


@given(st.data())
def test_any_report_json_in_a_manifest_has_an_answer(place: Path, draw: st.DataObject) -> None:
    folder = make(place)
    data = edited(json.loads((folder / "report.json").read_text()), draw)
    (folder / "report.json").write_text(json.dumps(data))
    seal(evidence(), [folder / "report.json"], folder)
    assert not any("\n" in problem for problem in found(folder, None))
