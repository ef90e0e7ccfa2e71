"""What is announced is read again; what strangers make up is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.crypto.testing import repeatable_entropy
from casemate.internal_service.adapters.lan.announcement import (
    Announcement,
    label_of,
    new_announcement,
    read_announcement,
)

ENTROPY = repeatable_entropy(b"announcements")
LABEL = "0123456789abcdef"
INSTANCE, HOST = f"{LABEL}._casemate._udp.local.", f"{LABEL}.local."
TAG = b"8 bytes."

tag_lists = st.lists(st.binary(min_size=8, max_size=8), min_size=1, max_size=128).map(tuple)


@given(tag_lists, st.integers(1024, 65535))
def test_every_announcement_survives_the_wire(tags: tuple[bytes, ...], port: int) -> None:
    announcement = new_announcement(tags, port, ENTROPY)
    assert read_announcement(announcement.instance, announcement.host, port, announcement.text) == announcement


def test_the_strings_of_its_text_are_as_long_as_dns_allows() -> None:
    text = new_announcement((TAG,) * 128, 4000, ENTROPY).text
    lengths = []
    while text:
        lengths.append(text[0])
        text = text[1 + text[0] :]
    assert lengths == [3, 251, 251, 251, 251, 35]


def test_every_set_of_tags_gets_a_name_of_its_own() -> None:
    one, other = (new_announcement((TAG,), 4000, ENTROPY) for _ in range(2))
    assert one.label != other.label


@pytest.mark.parametrize(
    ("instance", "host", "port", "text"),
    [
        ("alice._casemate._udp.local.", "alice.local.", 4000, b"\x03v=1\x0bt0=" + TAG),
        (INSTANCE, "router.local.", 4000, b"\x03v=1\x0bt0=" + TAG),
        (INSTANCE, "", 4000, b"\x03v=1\x0bt0=" + TAG),
        (INSTANCE, HOST, None, b"\x03v=1\x0bt0=" + TAG),
        (INSTANCE, HOST, 0, b"\x03v=1\x0bt0=" + TAG),
        (INSTANCE, HOST, 53, b"\x03v=1\x0bt0=" + TAG),
        (INSTANCE, HOST, 4000, b""),
        (INSTANCE, HOST, 4000, b"\x00"),
        (INSTANCE, HOST, 4000, b"\x03v=1"),
        (INSTANCE, HOST, 4000, b"\x03v=2\x0bt0=" + TAG),
        (INSTANCE, HOST, 4000, b"\x0bt0=" + TAG),
        (INSTANCE, HOST, 4000, b"\x03v=1\x0at0=" + TAG[:7]),
        (INSTANCE, HOST, 4000, b"\x03v=1\xfft0=" + TAG + b"x"),
        (INSTANCE, HOST, 4000, b"\x03v=1" + (b"\xfbt0=" + TAG * 31) * 5),
        (INSTANCE, HOST, 4000, b"\x03v=1" + (b"\xfbt0=" + TAG * 31) * 50),
    ],
)
def test_anything_else_is_nobody(instance: str, host: str, port: int | None, text: bytes) -> None:
    assert read_announcement(instance, host, port, text) is None


def test_what_later_versions_add_is_passed_over() -> None:
    text = b"\x03v=1\x05x=new\x00\x02t0\x0bt0=" + TAG
    assert read_announcement(INSTANCE, HOST, 4000, text) == Announcement(LABEL, 4000, (TAG,))


@given(st.binary(max_size=3000))
def test_no_text_breaks_the_reader(text: bytes) -> None:
    read_announcement(INSTANCE, HOST, 4000, text)
    read_announcement(INSTANCE, HOST, 4000, b"\x03v=1" + text)


@pytest.mark.parametrize("name", [INSTANCE, INSTANCE.upper(), HOST])
def test_names_are_compared_as_dns_does(name: str) -> None:
    assert label_of(name) == LABEL


@pytest.mark.parametrize("name", ["", "printer._ipp._tcp.local.", f"x{INSTANCE}", f"{INSTANCE}local.", "0123.local."])
def test_names_of_others_are_not_ours(name: str) -> None:
    assert label_of(name) is None
