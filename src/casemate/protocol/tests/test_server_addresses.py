"""Addresses of servers: read from people, and held with suspicion when a server tells them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.protocol.server_addresses import (
    SERVER_ADDRESSES,
    believable,
    has_public_certificate,
    host_and_port,
    is_on_this_computer,
    join_page_url,
    link_url,
    read_server_address,
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Chat.Example.org", "chat.example.org:12349"),
        (" chat.example.org:1 ", "chat.example.org:1"),
        ("[2A01:4f8::5]:7", "[2a01:4f8::5]:7"),
        ("wss://Chat.example.org/", "wss://chat.example.org"),
        ("wss://chat.example.org:8443", "wss://chat.example.org:8443"),
    ],
)
def test_what_a_person_writes_is_brought_into_one_form(written: str, read: str) -> None:
    assert read_server_address(written) == read


@pytest.mark.parametrize("text", ["", "a b", "http://chat", "chat:0", "chat:70000", "::1", "u@chat", "c" * 256])
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_server_address(text)


@pytest.mark.parametrize(
    ("address", "link", "page"),
    [
        ("chat.example.org:12349", "wss://chat.example.org:12349/link", "http://chat.example.org:12349/join"),
        ("[2a01:4f8::5]:7", "wss://[2a01:4f8::5]:7/link", "http://[2a01:4f8::5]:7/join"),
        ("wss://chat.example.org", "wss://chat.example.org/link", "https://chat.example.org/join"),
        ("wss://chat.example.org:8443", "wss://chat.example.org:8443/link", "https://chat.example.org:8443/join"),
    ],
)
def test_every_address_leads_to_a_link_and_to_a_page(address: str, link: str, page: str) -> None:
    assert (link_url(address), join_page_url(address)) == (link, page)
    assert has_public_certificate(address) == page.startswith("https:")


@given(st.text(max_size=40))
def test_reading_twice_changes_nothing(text: str) -> None:
    try:
        address = read_server_address(text)
    except ValueError:
        return
    assert read_server_address(address) == address
    host_and_port(address)
    is_on_this_computer(address)


HOSTILE = [
    "127.0.0.1:12349", "[::1]:12349", "[::ffff:127.0.0.1]:12349", "localhost:12349", "db.localhost:12349",
    "0.0.0.0:12349", "[::]:12349", "2130706433:12349", "0x7f.1:12349", "127.1:12349", "224.0.0.251:5353",
    "[ff02::fb]:5353",
    "[fe80::1]:12349", "chat.example.org:22", "wss://chat.example.org:25", "http://chat.example.org", "",
]  # fmt: skip


@pytest.mark.parametrize("told", HOSTILE)
def test_nobody_makes_us_knock_at_what_is_none_of_ours(told: str) -> None:
    assert believable([told], on_this_computer=False) == []


def test_a_server_on_this_computer_may_name_another_port_of_it() -> None:
    assert believable(["127.0.0.1:7001"], on_this_computer=True) == ["127.0.0.1:7001"]


def test_so_many_are_kept_and_no_more_whatever_a_server_tells() -> None:
    told = [f"h{number}.example.org:12349" for number in range(10_000)]
    assert believable(told, on_this_computer=False) == told[:SERVER_ADDRESSES]
