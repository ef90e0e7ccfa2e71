"""A TCP socket between two Python processes, plain or with TLS 1.3: `… (plain|tls) (send|receive) MIB RESULT`."""

import os
import socket
import ssl
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.contenders.talk import MIB, Stopwatch, hear, say
from casemate.runtime.entropy import system_entropy
from casemate.server.adapters.identity_file import load_or_make_identity, tls_context

PIECE_BYTES: Final = 256 * 1024
DONE: Final = b"."


def send(mib: int, *, tls: bool) -> None:
    connection = socket.create_connection(("127.0.0.1", hear()))
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = context.wrap_socket(connection)
    piece = os.urandom(PIECE_BYTES)
    watch = Stopwatch()
    for _ in range(mib * MIB // PIECE_BYTES):
        connection.sendall(piece)
    assert connection.recv(1) == DONE
    watch.report()
    connection.close()


def receive(mib: int, *, tls: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        say(listener.getsockname()[1])
        connection, _ = listener.accept()
    if tls:
        with tempfile.TemporaryDirectory() as directory:
            load_or_make_identity(Path(directory), system_entropy, is_new=True)
            connection = tls_context(Path(directory)).wrap_socket(connection, server_side=True)
    buffer, left = bytearray(PIECE_BYTES), mib * MIB
    while left:
        left -= connection.recv_into(buffer)
    connection.sendall(DONE)
    connection.close()


def main() -> None:
    layer, role, mib = sys.argv[1:4]
    (send if role == "send" else receive)(int(mib), tls=layer == "tls")


if __name__ == "__main__":
    main()
