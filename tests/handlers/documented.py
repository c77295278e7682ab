"""The OpenAPI document as a judge of answers, and as a source of requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st
from jsonschema import Draft202012Validator

DOCUMENT: Final = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "openapi.json").read_text()
)
OPERATIONS: Final[Mapping[str, Any]] = {
    operation["operationId"]: operation
    for path in DOCUMENT["paths"].values()
    for operation in path.values()
}


def assert_documented(operation: str, answer: Any) -> None:
    """The status, every header, the content type and the body are those of the document."""
    responses = OPERATIONS[operation]["responses"]
    status = str(answer["statusCode"])
    assert status in responses, f"{operation} answers {status}, which is not documented"
    response = responses[status]
    assert "handler" in response["x-answered-by"]
    headers = dict(answer["headers"])
    schema = response["content"][headers.pop("Content-Type")]["schema"]
    body = json.loads(answer["body"], parse_float=Decimal)
    validator(schema).validate(body)
    assert body.get("status") == answer["statusCode"] or answer["statusCode"] < 400
    for name, documented in response["headers"].items():
        assert name in headers or not documented["required"], f"{operation} {status}: no {name}"
    for name, value in headers.items():
        wanted = response["headers"][name]["schema"]
        validator(wanted).validate(int(value) if wanted["type"] == "integer" else value)


def validator(schema: Any) -> Draft202012Validator:
    """A validator that refuses members the document does not name."""
    whole = closed({**schema, "components": DOCUMENT["components"]})
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    members = {name: closed(each) for name, each in schema.items()}
    return {"additionalProperties": False, **members} if "properties" in schema else members


def is_allowed(operation: str, text: str) -> bool:
    """True where the document allows this body."""
    body = json.loads(text, parse_float=Decimal)
    return bool(validator(request_schema(operation)).is_valid(body))


def members_of(operation: str) -> list[str]:
    """The names that a body of an operation may have."""
    return sorted(resolved(request_schema(operation))["properties"])


def resolved(schema: Any) -> Any:
    if "$ref" not in schema:
        return schema
    return DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]


def allowed(schema: Any) -> st.SearchStrategy[Any]:
    """What a schema of the document allows; numbers are whole, texts not too long for a body."""
    schema = resolved(schema)
    most = min(schema.get("maxLength", 100), 100)
    match schema:
        case {"enum": values}:
            return st.sampled_from(values)
        case {"type": "string", "pattern": pattern}:
            matching = st.from_regex(f"{pattern.removesuffix('$')}\\Z")
            return matching.map(lambda text: text[: schema.get("maxLength")])
        case {"type": "string"}:
            return st.text(min_size=schema.get("minLength", 0), max_size=most)
        case {"type": "number" | "integer"}:
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            return st.integers(least, schema.get("maximum", schema.get("exclusiveMaximum", 0) - 1))
        case {"properties": properties}:
            members = {name: allowed(each) for name, each in properties.items()}
            optional = {name: members.pop(name) for name in properties.keys() - schema["required"]}
            return st.fixed_dictionaries(members, optional=optional)
        case {"additionalProperties": values}:
            names = allowed({"type": "string", **schema["propertyNames"]})
            return st.dictionaries(names, allowed(values), max_size=schema["maxProperties"])
    raise AssertionError(f"the tests cannot make a value of {schema}")


def request_schema(operation: str) -> Any:
    return OPERATIONS[operation]["requestBody"]["content"]["application/json"]["schema"]


def parameter_schema(operation: str) -> Any:
    [parameter] = OPERATIONS[operation]["parameters"]
    return parameter["schema"]


# On both sides of each limit, but for decimals: no schema can tell a currency's.
EDGES: Final = (
    0, 1, 100, 101, -1, 0.01, 10**12 - 1, 10**12, 253_402_300_799, 253_402_300_800,
    "", "a" * 64, "a" * 65, "a" * 200, "a" * 201, {"a" * 40: "a" * 500}, {"a" * 41: ""},
    {"a": "a" * 501}, {str(number): "" for number in range(20)},
)  # fmt: skip
odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def nearly_allowed(draw: st.DrawFn, /, operation: str, **given_members: Any) -> str:
    """The text of a body to which at most two things happened, and perhaps a third to the text."""
    body = {**draw(allowed(request_schema(operation))), **given_members}
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from(members_of(operation)))
        match draw(st.sampled_from(["drop", "replace", "add", "edge"])):
            case "drop":
                body.pop(name, None)
            case "replace":
                body[name] = draw(odd)
            case "add":
                body[draw(st.text(max_size=3))] = draw(odd)
            case "edge":
                body[name] = draw(st.sampled_from(EDGES))
    text = json.dumps(body)
    return text[:-1] if draw(st.integers(0, 9)) == 0 else text
