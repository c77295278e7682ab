"""A file of attestations is read whole, or refused with the place and what to do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.yaml_rows import LARGEST

from compliance.attestations import AttestationFileError
from compliance.attestations.attestation import EvidenceFile
from compliance.attestations.attestation_file import (
    FIELDS,
    parse_attestations,
    read_attestations,
)
from tests.compliance.attestations.attesting import DIGEST, ENTRY, FRAMEWORKS, entry, listed

WHOLE = f"""\
# what people state
attestations:
  - framework: House
    control: 1.10
    statement: everybody was trained
      in January
    owner: people
    date: 2026-01-15
    valid_until: 2026-02-31
    evidence: ./docs/review.txt
    sha256: {DIGEST.upper()}
  - {{framework: Yard, version: 2, control: A, statement: s, owner: o, date: 2026-01-15,
     valid_until: 2026-07-31}}
"""


def parse(text: str) -> Any:
    return parse_attestations(text.encode(), FRAMEWORKS, "a.yaml")


def refusal(text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(AttestationFileError) as caught:
        parse_attestations(content, FRAMEWORKS, "a.yaml")
    return str(caught.value)


def test_a_file_gives_its_attestations_in_order_with_their_lines() -> None:
    first, second = parse(WHOLE)
    assert (first.framework, first.version, first.control) == ("House", "1", "1.10")
    assert (first.statement, first.owner) == ("everybody was trained in January", "people")
    assert (first.date, first.line) == ("2026-01-15", 3)
    assert first.valid_until == "2026-02-31", (
        "a date that does not exist is no reason to refuse all"
    )
    assert first.evidence == EvidenceFile("docs/review.txt", f"sha256:{DIGEST}")
    assert (second.framework, second.version, second.control) == ("Yard", "2", "A")
    assert (second.evidence, second.line) == (None, 12)


def test_the_list_may_stand_alone() -> None:
    [found] = parse(listed(ENTRY))
    assert found.control == "1.1"


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "attestations:\n", "attestations: []\n", "[]", "~"]
)
def test_a_file_may_hold_no_attestation(text: str) -> None:
    assert parse(text) == ()


def test_the_file_is_known_by_its_digest(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(WHOLE)
    found = read_attestations(file, FRAMEWORKS)
    assert found.digest == f"sha256:{hashlib.sha256(WHOLE.encode()).hexdigest()}"
    assert len(found.attestations) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [\n", "a.yaml:2: malformed YAML"),
        ("- a\n---\n- b\n", "a.yaml:2: malformed YAML"),
        ("[" * 100_000, "a.yaml:1: malformed YAML: it is nested more than 100 levels deep"),
        ("text", "a.yaml:1: attestations must be a list"),
        ("other: []", "a.yaml:1: a file of attestations has no field 'other'; did you mean"),
        ("attestations: []\nattestations: []", "a.yaml:2: attestations is there twice"),
        ("attestations: {a: b}", "a.yaml:1: attestations must be a list"),
        ("- text", "a.yaml:1: an attestation must have fields (framework, control,"),
        (listed(ENTRY, entry("owner", control="1.10")), "a.yaml:2: an attestation needs owner"),
        (listed(entry("date", "valid_until")), "needs date, valid_until; add `date: ...`"),
        (listed(entry(statement=None)), "a.yaml:1: an attestation needs statement"),
        (listed(entry(statement="  ")), "statement is blank"),
        (listed(entry(date="")), "date is blank"),
        (listed(entry(owner=["me"])), "owner must be a text, not a list"),
        (listed(entry(owner=7)), "owner must be a text; put it in quotes"),
        (listed(entry(date={"a": 1})), "date must be a text, not a list or a mapping"),
        (listed(entry(statement="x" * 2_001)), "statement is longer than 2000"),
        (listed(entry(statement="red \x1b[31m")), "no screen shows (U+001B)"),
        (listed(entry(owner="\u202egnissim")), "no screen shows (U+202E)"),
        (listed(entry(expires="2026-01-01")), "no field 'expires'; did you mean"),
        (listed(entry(frmework="x")), "no field 'frmework'; did you mean framework?"),
        ("- owner: a\n  owner: b\n", "a.yaml:2: owner is there twice in an attestation"),
        ("- <<: {owner: a}\n", "no field '<<'"),
        ("- ? [x]\n  : y\n", "no field '(not a name)'"),
        # The framework and its control
        (listed(entry(framework="Hose")), "no framework 'Hose' is loaded; did you mean House?"),
        (listed(entry(framework="zzz")), "no framework 'zzz' is loaded; there are House, Yard"),
        (listed(entry(framework="zzz")), "(`--controls DIR` adds your own)"),
        (listed(entry(version="2")), "House is loaded in version 1, not '2'"),
        (listed(entry(framework="Yard", control="A")), "in several versions (1, 2); add `version:"),
        (listed(entry(control="1.11")), "House 1 has no control '1.11' here; did you mean 1.1"),
        (listed(entry(control="zzz")), "no control 'zzz' here; copy its id from the report"),
        (listed(entry(control="2.1")), "House 2.1 is partial: rules test it, and no statement"),
        (listed(entry(control="2.2")), "House 2.2 is automated: rules test it, and no statement"),
        (listed(ENTRY, entry(owner="b")), "a.yaml:2: House 1.1 is attested already in line 1"),
        (listed(ENTRY, entry(version="1")), "a.yaml:2: House 1.1 is attested already in line 1"),
        # Its evidence
        (listed(entry(evidence="docs/a")), "evidence needs its digest; add `sha256: ...`"),
        (listed(entry(sha256=DIGEST)), "sha256 is of no file; add `evidence: PATH`"),
        (listed(entry(evidence="a", sha256=DIGEST[:-1])), "sha256 must be 64 hexadecimal digits"),
        (listed(entry(evidence="a", sha256=DIGEST + "0")), "sha256 must be 64 hexadecimal digits"),
        (listed(entry(evidence="a", sha256="g" * 64)), "sha256 must be 64 hexadecimal digits"),
        (listed(entry(evidence="a", sha256=f"sha256:{DIGEST}")), "must be 64 hexadecimal digits"),
        *(
            (listed(entry(evidence=path, sha256=DIGEST)), "evidence must be a path from the")
            for path in ("/etc/hosts", "../a", "docs/../../a", "docs\\a", "c:a", "a/..")
        ),
    ],
)
def test_a_file_that_is_not_valid_is_refused_with_its_line_and_what_to_do(
    text: str, words: str
) -> None:
    said = refusal(text)
    assert words in said
    assert "\n" not in said


def test_an_attestation_cannot_be_made_where_no_framework_is_loaded() -> None:
    with pytest.raises(AttestationFileError, match="there are none"):
        parse_attestations(listed(ENTRY).encode(), (), "a.yaml")


def test_versions_of_one_framework_are_attested_apart() -> None:
    first, second = parse(
        listed(*(entry(framework="Yard", version=version, control="A") for version in "12"))
    )
    assert (first.version, second.version) == ("1", "2")


def test_a_file_in_another_encoding_is_refused_with_its_line() -> None:
    assert refusal(b"# a\n# \xff\n") == "a.yaml:2: is not UTF-8; save it as UTF-8"


def test_texts_in_any_script_are_kept() -> None:
    statement = "принято до аудита 監査 \U0001f50d"
    [found] = parse("\ufeff" + listed(entry(statement=statement)))
    assert found.statement == statement


def test_aliases_do_not_grow() -> None:
    bomb = "".join(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n" for n in range(40))
    assert "an attestation must have fields" in refusal(bomb)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"#" * 10_000_000)
    with pytest.raises(AttestationFileError, match=r"a\.yaml: is larger than"):
        read_attestations(file, FRAMEWORKS)
    file.write_bytes(b"#" * LARGEST)
    assert read_attestations(file, FRAMEWORKS).attestations == ()


@pytest.mark.parametrize("make", [lambda file: None, lambda file: file.mkdir()])
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, make: Callable[[Path], object]
) -> None:
    make(tmp_path / "a.yaml")
    with pytest.raises(AttestationFileError, match=r"a\.yaml: cannot be read: "):
        read_attestations(tmp_path / "a.yaml", FRAMEWORKS)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates()
anything = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(scalars, inner), max_leaves=8
)
changed = st.dictionaries(
    st.sampled_from(FIELDS), anything | st.sampled_from([*ENTRY.values(), DIGEST, "Yard", "A"])
)
entries = changed | changed.map(lambda fields: {**ENTRY, **fields})


def read_or_refused(content: bytes) -> None:
    try:
        found = parse_attestations(content, FRAMEWORKS, "a.yaml")
    except AttestationFileError as error:
        assert str(error).startswith("a.yaml")  # noqa: PT017 - what is said is the point
        return
    of = {(each.name, each.version): each for each in FRAMEWORKS}
    for each in found:
        control = of[each.framework, each.version].control(each.control)
        assert control is not None
        assert control.kind == "manual"
    assert len({(each.framework, each.version, each.control) for each in found}) == len(found)


@given(anything | st.lists(entries) | st.fixed_dictionaries({"attestations": st.lists(entries)}))
def test_no_yaml_makes_it_crash_and_what_is_read_is_on_manual_controls_once(data: Any) -> None:
    read_or_refused(yaml.safe_dump(data, allow_unicode=True).encode("utf-8", "replace"))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_make_it_crash(content: bytes) -> None:
    read_or_refused(content)
    read_or_refused(WHOLE.encode() + content)
