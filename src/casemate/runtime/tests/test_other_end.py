"""Whose the other end of a connection is: real sockets, a real other user, and tables of the kernel."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from casemate.runtime.other_end import READINGS, Address, Holder, SocketTables, system_tells
from tests.support.other_user import needs_other_user, other_user

pytestmark = pytest.mark.skipif(not system_tells(), reason="this system does not tell")

CONNECT = """
made = socket.create_connection((sys.argv[1], int(sys.argv[2])))
print("connected")
sys.stdin.readline()
"""
SECONDS = 30.0
# What is listened on, and what is dialled.
WAYS = [
    ("127.0.0.1", "127.0.0.1"),
    ("0.0.0.0", "127.0.0.9"),  # noqa: S104
    ("127.0.0.1", "::ffff:127.0.0.1"),
    ("::1", "::1"),
    ("::", "127.0.0.1"),
    ("::", "::ffff:127.0.0.1"),
    ("::", "::1"),
    ("0.0.0.0", "127.0.0.1"),  # noqa: S104
]


@contextmanager
def listening(host: str) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        if host == "::":
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind((host, 0))
        listener.listen()
        listener.settimeout(SECONDS)
        yield listener


def holder(here: Address, there: Address) -> Holder | None:
    """As the system tells it now."""
    tables = (SocketTables.read() for _ in range(READINGS))
    return next((found for table in tables if (found := table.holder(os.geteuid(), here, there))), None)


def ends_of(connection: socket.socket) -> tuple[Address, Address]:
    return connection.getsockname()[:2], connection.getpeername()[:2]


def dial(host: str, port: int) -> socket.socket:
    return socket.create_connection((host, port))


@pytest.mark.parametrize(("listened", "dialled"), WAYS)
def test_our_own_connection_is_ours(listened: str, dialled: str) -> None:
    with listening(listened) as listener, dial(dialled, listener.getsockname()[1]):
        connection, _ = listener.accept()
        with connection:
            assert holder(*ends_of(connection)) == "ours"


@needs_other_user
@pytest.mark.parametrize(("listened", "dialled"), WAYS)
def test_a_connection_of_another_user_is_not(listened: str, dialled: str) -> None:
    with listening(listened) as listener, other_user(CONNECT, dialled, str(listener.getsockname()[1])) as somebody:
        connection, _ = listener.accept()
        with connection:
            assert somebody.says() == "connected"
            assert holder(*ends_of(connection)) == "other_user"


def test_an_end_that_was_closed_has_no_holder() -> None:
    """The kernel names root for a socket that only it still knows, and we may be root."""
    with listening("127.0.0.1") as listener:
        client = dial("127.0.0.1", listener.getsockname()[1])
        connection, _ = listener.accept()
        with connection:
            here, there = ends_of(connection)
            client.close()
            assert holder(here, there) == "other_user"
        assert holder(here, there) != "ours", "nor has one that waits for its time to be over"


def test_an_end_that_only_stopped_sending_is_still_held() -> None:
    with listening("127.0.0.1") as listener, dial("127.0.0.1", listener.getsockname()[1]) as client:
        connection, _ = listener.accept()
        with connection:
            client.shutdown(socket.SHUT_WR)
            assert holder(*ends_of(connection)) == "ours"


def test_among_many_connections_each_is_found() -> None:
    with listening("127.0.0.1") as listener, ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(dial("127.0.0.1", listener.getsockname()[1]))
            connection = stack.enter_context(listener.accept()[0])
            assert holder(*ends_of(connection)) == "ours"


HEAD = b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def tables(*rows: tuple[str, str, str, int, int]) -> SocketTables:
    """Rows of state, local and remote address, uid and inode, as x86 and ARM print them."""
    lines = [
        f"{number:4}: {local} {remote} {state} 0:0 00:00000000 00000000 {uid:5} 0 {inode} 1 0 20 4 30 10 -1\n"
        for number, (state, local, remote, uid, inode) in enumerate(rows)
    ]
    return SocketTables(HEAD + "".join(lines).encode(), HEAD)


US = 1000
HERE, THERE = ("127.0.0.1", 12345), ("127.0.0.1", 40000)
little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="the rows are those of a little-endian kernel")


@little_endian
@pytest.mark.parametrize(
    ("state", "uid", "inode", "whose"),
    [
        ("01", 1000, 77, "ours"),
        ("01", 1001, 77, "other_user"),
        ("01", 0, 77, "other_user"),
        ("06", 1000, 0, "other_user"),  # TIME_WAIT
        ("05", 1000, 0, "other_user"),  # FIN_WAIT2 without a process
        ("03", 1000, 0, "other_user"),  # SYN_RECV
    ],
)
def test_only_a_row_of_ours_with_a_holder_counts(state: str, uid: int, inode: int, whose: str) -> None:
    row = (state, "0100007F:9C40", "0100007F:3039", uid, inode)
    assert tables(row).holder(US, HERE, THERE) == whose


@little_endian
def test_the_row_of_our_own_end_and_rows_of_other_ports_are_not_taken_for_it() -> None:
    others = tables(
        ("01", "0100007F:3039", "0100007F:9C40", 1000, 5),
        ("01", "0100007F:9C41", "0100007F:3039", 1000, 6),
        ("0A", "0100007F:3039", "00000000:0000", 1000, 7),
    )
    assert others.holder(US, HERE, THERE) is None


def test_another_computer_is_elsewhere_and_an_own_address_is_not() -> None:
    empty = tables()
    assert empty.holder(US, ("192.0.2.7", 12345), ("192.0.2.9", 40000)) == "elsewhere"
    assert empty.holder(US, ("192.0.2.7", 12345), ("192.0.2.7", 40000)) is None
    assert empty.holder(US, ("127.0.0.1", 12345), ("192.0.2.7", 40000)) is None, "bound to an own address"


def test_a_system_without_tables_is_not_taken_for_one_where_nobody_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SocketTables.read(tmp_path)
