"""Log lines never show a secret, whatever somebody logs by mistake."""

import io
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
import structlog

import casemate
from casemate.runtime.log_sentences import SENTENCES
from casemate.runtime.logging import configure_logging


@pytest.fixture
def lines() -> io.StringIO:
    stream = io.StringIO()
    configure_logging("json", "debug", stream)
    return stream


def logged(lines: io.StringIO) -> dict[str, Any]:
    [line] = lines.getvalue().splitlines()
    entry: dict[str, Any] = json.loads(line)
    return entry


def test_a_line_has_time_level_logger_and_fields(lines: io.StringIO) -> None:
    structlog.get_logger("casemate.link").info("link open", account_id=7, server="localhost:1")
    entry = logged(lines)
    assert entry.pop("timestamp").endswith("Z")
    assert entry == {
        "event": "link open",
        "level": "info",
        "logger": "casemate.link",
        "account_id": 7,
        "server": "localhost:1",
    }


@pytest.mark.parametrize(
    "text",
    [
        "GET /?launch=S3CRET HTTP/1.1",
        "http://127.0.0.1/?a=1&token=S3CRET&b=2",
        "Authorization: Bearer S3CRET",
        "Cookie: a=1; session=S3CRET",
        '{"password": "S3CRET"}',
        "PRAGMA hexkey='S3CRET'",
        "PRAGMA key = 'raw:S3CRET'",
    ],
)
def test_secrets_in_text_are_removed(lines: io.StringIO, text: str) -> None:
    structlog.get_logger().info(text, url=text, more={"nested": [text]})
    assert "S3CRET" not in lines.getvalue()
    assert "[removed]" in lines.getvalue()


@pytest.mark.parametrize("name", ["password", "token", "session_key", "key", "launch_token", "plaintext"])
def test_fields_with_the_name_of_a_secret_are_removed(lines: io.StringIO, name: str) -> None:
    structlog.get_logger().info("x", **{name: "S3CRET"})
    assert logged(lines)[name] == "[removed]"


def test_bytes_are_never_shown(lines: io.StringIO) -> None:
    structlog.get_logger().info("x", frame=b"S3CRET", several=[b"S3CRET", bytearray(b"S3CRET")])
    entry = logged(lines)
    assert entry["frame"] == "[6 bytes]"
    assert entry["several"] == ["[6 bytes]", "[6 bytes]"]


def test_an_exception_is_a_type_and_a_place(lines: io.StringIO) -> None:
    try:
        {}["what a person wrote"]  # type: ignore[index]
    except KeyError:
        structlog.get_logger().exception("failed")
    entry = logged(lines)
    assert entry["error"] == "KeyError"
    assert entry["at"][-1].startswith("test_logging.py:")
    assert "person" not in lines.getvalue()


def test_an_exception_of_the_system_keeps_its_reason(lines: io.StringIO) -> None:
    try:
        raise OSError(98, "Address already in use")
    except OSError:
        structlog.get_logger().exception("failed")
    assert logged(lines)["reason"] == "Address already in use"


def test_lines_of_libraries_go_the_same_way(lines: io.StringIO) -> None:
    logging.getLogger("aiohttp.server").error("Error handling %s", "/?launch=S3CRET", exc_info=ValueError("S3CRET"))
    assert "S3CRET" not in lines.getvalue()
    assert logged(lines)["error"] == "ValueError"


def test_levels_below_the_chosen_one_are_left_out() -> None:
    stream = io.StringIO()
    configure_logging("json", "warning", stream)
    structlog.get_logger("casemate").info("x")
    assert stream.getvalue() == ""


def test_people_get_sentences() -> None:
    stream = io.StringIO()
    configure_logging("console", "info", stream)
    structlog.get_logger("casemate.internal_service").warning(
        "malformed request", socket=7, token="S3CRET", at=["a.py:1", "b.py:2"]
    )
    line = stream.getvalue()
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d internal service: Warning: A program sent a request that cannot be understood;"
        r" it was told so\. \(socket 7, token \[removed\], at a\.py:1 b\.py:2\)\n",
        line,
    ), line


def test_every_line_of_ours_has_a_sentence() -> None:
    source = Path(casemate.__file__).parent
    said = {
        event
        for path in source.rglob("*.py")
        if "tests" not in path.parts
        for event in re.findall(r"\blog\.(?:info|warning|error|exception)\(\s*\"([^\"]+)\"", path.read_text("utf-8"))
    }
    assert len(said) > 20
    assert said - SENTENCES.keys() == set()
    assert SENTENCES.keys() - said == set()
