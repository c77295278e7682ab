"""`compliance/checkov.yaml`: read, or refused with the place."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.checkov.environment import CheckovError
from compliance.checkov.settings import Settings, read_settings


def write(project: Path, text: str) -> Path:
    (project / "compliance").mkdir(exist_ok=True)
    (project / "compliance" / "checkov.yaml").write_text(text, "utf-8")
    return project


def test_without_a_file_every_check_advises(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings()
    assert read_settings(write(tmp_path, "")) == Settings()


def test_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    text = "mandatory: [CKV_AWS_28]\nexternal-checks: [checks]\ntime-limit: 30\n"
    assert read_settings(write(tmp_path, text)) == Settings(
        frozenset({"CKV_AWS_28"}), (tmp_path / "checks",), 30.0
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mandatory: CKV_AWS_28", "mandatory must be a list"),
        ("mandatory: [1]", "mandatory must be a list"),
        ("obligatory: []", "there is no 'obligatory'"),
        ("[a]", "must be a mapping"),
        ("time-limit: true", "greater than 0"),
        ("time-limit: 0", "greater than 0"),
        ("time-limit: .nan", "greater than 0"),
        ("time-limit: 2020-13-45", "cannot be read"),
        ("mandatory: [2020-02-31]", "cannot be read"),
        ("external-checks: [nowhere]", "there is no folder"),
        ("a: 1\nb: [", "checkov.yaml:"),
    ],
)
def test_what_is_wrong_names_the_file(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CheckovError) as caught:
        read_settings(write(tmp_path, text))
    assert words in str(caught.value)
    assert str(caught.value).startswith("compliance/checkov.yaml")


any_value = st.text(st.characters(codec="utf-8"), max_size=9) | st.sampled_from(
    [
        "2020-13-45",
        "12:99",
        "!!float x",
        "!!python/object:a",
        "*a",
        "&a [*a]",
        "0x",
        "1_",
        "{<<: 3}",
    ]
)
any_settings = st.dictionaries(
    st.sampled_from(["mandatory", "external-checks", "time-limit", "? {}"]), any_value
).map(lambda members: "\n".join(f"{name}: {value}" for name, value in members.items()))


@given(st.text(st.characters(codec="utf-8"), max_size=60) | any_settings)
def test_any_text_is_read_or_refused(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(CheckovError):
        read_settings(write(Path(folder), text))
