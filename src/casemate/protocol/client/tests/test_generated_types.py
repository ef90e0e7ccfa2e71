"""The UI's TypeScript types and words are those of the internal service."""

import re
from pathlib import Path

import pytest

from casemate.protocol.client.schema import json_schemas, typescript

ROOT = Path(__file__).parents[5]
GENERATED = ROOT / "web/src/api/generated.ts"
CATALOGUE = ROOT / "web/src/words/reasons.ts"
REASONS = ROOT / "docs/protocol/reasons.md"


@pytest.mark.skipif(not GENERATED.parent.is_dir(), reason="the UI's sources are not beside the package")
def test_the_committed_types_of_the_ui_are_up_to_date() -> None:
    assert GENERATED.read_text() == typescript(), "run `.venv/bin/python scripts/generate_types.py`"


def test_every_cid_is_read_as_an_exact_integer() -> None:
    unmarked = [
        (name, field)
        for name, schema in json_schemas().items()
        for field, part in schema.get("properties", {}).items()
        if field.endswith("cid") and part.get("format") != "cid"
    ]
    assert unmarked == []


def test_what_the_ui_sends_may_leave_out_defaults_and_what_it_receives_is_whole() -> None:
    text = typescript()
    assert "readonly limit?: number;" in text.split("export interface GetTimeline {")[1].split("}")[0]
    assert "?:" not in text.split("export interface PathView {")[1].split("}")[0]


@pytest.mark.skipif(not CATALOGUE.is_file(), reason="the UI's sources are not beside the package")
def test_the_ui_has_a_sentence_for_every_documented_reason() -> None:
    documented = {
        code
        for row in re.findall(r"^\| (`[^|]*`) \|", REASONS.read_text(), re.MULTILINE)
        for code in re.findall(r"`(\w+)`", row)
    }
    sentences = set(re.findall(r"^  (\w+): \(", CATALOGUE.read_text(), re.MULTILINE))
    assert len(documented) > 30
    assert documented - sentences == set()
