"""HOST:PORT as people write it, and ports that somebody else has."""

import socket

import pytest

from casemate.runtime.errors import PortTaken
from casemate.runtime.listen import ListenAddress, open_listener, url_of


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("127.0.0.1:12345", "127.0.0.1", 12345), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65535)],
)
def test_an_address_is_read_and_written_alike(text: str, host: str, port: int) -> None:
    assert ListenAddress.parse(text) == ListenAddress(host, port)
    assert str(ListenAddress.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "localhost", "12345", ":12345", "localhost:", "localhost:x", "localhost:-1", "::1:80", "a:65536", "[a]:1"],
)
def test_other_texts_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        ListenAddress.parse(text)


def test_a_chosen_port_is_told_in_the_url() -> None:
    with open_listener(ListenAddress("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert url_of(listener, "http") == f"http://127.0.0.1:{port}/"
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass


def test_every_address_means_those_of_both_families() -> None:
    with open_listener(ListenAddress("::", 0)) as listener:
        for address in ("127.0.0.1", "::1"):
            with socket.create_connection((address, listener.getsockname()[1]), timeout=5):
                pass


def test_a_port_that_is_listened_on_is_refused() -> None:
    with open_listener(ListenAddress("127.0.0.1", 0)) as listener:
        taken = ListenAddress("127.0.0.1", listener.getsockname()[1])
        with pytest.raises(PortTaken, match=f"Cannot listen on {taken}: Address already in use."):
            open_listener(taken)


def test_a_host_that_is_not_ours_is_refused() -> None:
    with pytest.raises(PortTaken, match="Cannot listen on 192.0.2.1:0"):
        open_listener(ListenAddress("192.0.2.1", 0))
