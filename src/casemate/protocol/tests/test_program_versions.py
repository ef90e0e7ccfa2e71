"""What two programs say of their versions is compared, and what is no version is nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate import __version__
from casemate.protocol.program_versions import is_newer, order_of

ASCENDING = [
    "0.0.0",
    "0.1.0a1",
    "0.1.0a2",
    "0.1.0b1",
    "0.1.0rc1",
    "0.1.0rc10",
    "0.1.0",
    "0.1.1",
    "0.1.10",
    "0.2.0",
    "1.0.0",
]


def test_versions_have_an_order() -> None:
    for position, version in enumerate(ASCENDING):
        assert [is_newer(version, other) for other in ASCENDING] == [
            None if other == version else position > ASCENDING.index(other) for other in ASCENDING
        ]


def test_this_program_has_a_version() -> None:
    assert order_of(__version__) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.2",
        "1.2.3.4",
        "v1.2.3",
        "1.2.3\n",
        " 1.2.3",
        "1.2.3; rm -rf ~",
        "1.2.3+local",
        "1.2.3.dev1",
        "१.२.३",
        "9" * 6 + ".0.0",
    ],
)
def test_anything_else_is_no_version(text: str) -> None:
    assert order_of(text) is None
    assert is_newer(text, "0.1.0") is None
    assert is_newer("0.1.0", text) is None


@given(st.text())
def test_whatever_a_server_says_is_short_and_plain_or_no_version(text: str) -> None:
    assert order_of(text) is None or (len(text) <= 25 and text.isascii() and text.isprintable())
