"""The client API's types as TypeScript, by way of JSON Schema, so that the UI cannot drift from the service."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, get_args

import msgspec

from casemate.protocol.client.codec import REQUESTS
from casemate.protocol.client.extension_bases import ExtensionRequest, ExtensionResponse
from casemate.protocol.client.views import ViewEvent
from casemate.protocol.ids import Cid

Schema = dict[str, Any]

REFERENCE: Final = "#/$defs/{name}"
CID_FORMAT: Final = "cid"
"""Marks integers that JavaScript must read as `bigint`: a double cannot hold them."""

HEADER: Final = """\
/**
 * The client API as the internal service speaks it. Made from its Python types by `scripts/generate_types.py`;
 * a test fails when the two differ.
 */

/** A u64, exact: a JavaScript number would round it. */
export type Cid = bigint;
"""

ANSWERS_COMMENT: Final = """\
/** The responses that mean success, the usual one first; any other one with the same request id is a refusal. */"""


def extension_requests() -> list[type[msgspec.Struct]]:
    """Every extension request, in the order of its definition."""
    return list(ExtensionRequest.__subclasses__())


def extension_responses() -> list[type[msgspec.Struct]]:
    """Every extension response, in the order of its definition."""
    return list(ExtensionResponse.__subclasses__())


def json_schemas() -> dict[str, Schema]:
    """The JSON Schema of every type a view sends or receives, by name, with cids marked."""
    roots = [*extension_requests(), *extension_responses()]
    _, schemas = msgspec.json.schema_components(roots, ref_template=REFERENCE)
    for struct in _structs_reachable_from(roots):
        _mark_cids(struct, schemas[struct.__name__])
    return schemas


def typescript() -> str:
    """The text of `web/src/api/generated.ts`."""
    requests = [request.__name__ for request in extension_requests()]
    responses = [response.__name__ for response in extension_responses()]
    schemas = json_schemas()
    # What we send may leave out a field that has a default; what we receive always holds every field.
    parts = [_declaration(name, schemas[name], partial=name in requests) for name in sorted(schemas)]
    events = " | ".join(event.__name__ for event in get_args(ViewEvent))
    maps = [_name_map("ExtensionRequests", requests), _name_map("ExtensionResponses", responses)]
    return "\n".join([HEADER, *parts, f"export type ViewEvent = {events};\n", *maps, _answers()])


def _answers() -> str:
    lines = []
    for kind in REQUESTS:
        names = ", ".join(f'"{answer.__name__}"' for answer in kind.answers)
        lines.append(f"  {kind.__name__}: [{names}],")
    return "\n".join([ANSWERS_COMMENT, "export const ANSWERS = {", *lines, "} as const;\n"])


def _structs_reachable_from(roots: Sequence[type[msgspec.Struct]]) -> Iterator[type[msgspec.Struct]]:
    seen: set[type[msgspec.Struct]] = set()
    waiting: list[Any] = list(roots)
    while waiting:
        item = waiting.pop()
        waiting.extend(get_args(item))
        if isinstance(item, type) and issubclass(item, msgspec.Struct) and item not in seen:
            seen.add(item)
            waiting.extend(_hints(item).values())
            yield item


def _hints(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """Of what travels: a class may know more of itself."""
    return {field.name: field.type for field in msgspec.structs.fields(struct)}


def _mark_cids(struct: type[msgspec.Struct], schema: Schema) -> None:
    for field, hint in _hints(struct).items():
        if "properties" in schema and (hint is Cid or Cid in get_args(hint)):
            _mark_integers(schema["properties"][field])


def _mark_integers(node: Any) -> None:
    match node:
        case {"type": "integer"}:
            node["format"] = CID_FORMAT
        case dict():
            for part in node.values():
                _mark_integers(part)
        case list():
            for part in node:
                _mark_integers(part)
        case _:
            pass


def _declaration(name: str, schema: Schema, *, partial: bool) -> str:
    comment = _comment(schema.get("description"))
    if schema["type"] == "array":
        return f"{comment}export type {name} = {_type_of(schema)};\n"
    required = schema.get("required", [])
    lines = [
        f"  readonly {field}{'?' if partial and field not in required else ''}: {_type_of(part)};"
        for field, part in schema["properties"].items()
    ]
    return "\n".join([f"{comment}export interface {name} {{", *lines, "}\n"])


def _comment(description: str | None) -> str:
    if not description:
        return ""
    text = re.sub(r"\s+", " ", description).replace("*/", "* /")
    return f"/** {text} */\n"


def _name_map(name: str, members: Sequence[str]) -> str:
    return "\n".join([f"export interface {name} {{", *(f"  readonly {member}: {member};" for member in members), "}\n"])


def _type_of(node: Schema) -> str:
    match node:
        case {"$ref": str(reference)}:
            return reference.rsplit("/", 1)[1]
        case {"anyOf": list(choices)}:
            return " | ".join(_type_of(choice) for choice in choices)
        case {"enum": list(values)}:
            return " | ".join(msgspec.json.encode(value).decode() for value in values)
        case {"type": "integer", "format": "cid"}:
            return "Cid"
        case {"type": "integer" | "number"}:
            return "number"
        case {"type": "string" | "boolean" | "null" as simple}:
            return str(simple)
        case {"type": "array", "prefixItems": list(items)}:
            return f"readonly [{', '.join(_type_of(item) for item in items)}]"
        case {"type": "array", "items": dict(items)}:
            inner = _type_of(items)
            return f"readonly ({inner})[]" if " | " in inner else f"readonly {inner}[]"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"Readonly<Record<string, {_type_of(values)}>>"
        case _:
            raise ValueError(f"no TypeScript for {node}")
