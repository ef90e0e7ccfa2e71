"""The least that direct messages take: `python -m benchmarks.floor [--seconds 5]`.

What a message of `benchmarks.messages` goes through at its highest rate, and nothing else: sealed, written with its
outbox row and the ratchet in one commit, encoded, sent through a loopback socket, decoded, opened, written in one
commit; a sealed receipt then takes it out of the outbox. One process for each end, a run of messages at a time, no
clients, no views, nobody else to think of. What the services reach is a share of this.
"""

import argparse
import multiprocessing
import os
import socket
import tempfile
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Final

from benchmarks.crypto import started
from benchmarks.machine import print_heading
from casemate.crypto.content import Content, decode_content, encode_content
from casemate.crypto.control import open_control, seal_control
from casemate.crypto.envelope import UNKNOWN_ORIGIN, open_envelope, seal
from casemate.crypto.kem import MlKem768
from casemate.crypto.primitives import Aead
from casemate.crypto.session import Session, session_from_bytes
from casemate.protocol.ids import ConversationId, MessageId
from casemate.protocol.peer import LENGTH_BYTES, Control, Envelopes, PeerFrame, decode_peer_frame, encode_peer_frame
from casemate.runtime.sqlite import KEY_BYTES, Database

KEM: Final = MlKem768()
RUN: Final = 64
"""Messages in a commit and in a frame."""
RUNS_UNDER_WAY: Final = 8
"""As many messages as `benchmarks.messages` has under way."""
BODY: Final = b"x" * 72
CONVERSATION: Final = ConversationId(bytes(16))
_TABLES: Final = """
    CREATE TABLE timeline (arrival INTEGER PRIMARY KEY, message_id BLOB NOT NULL UNIQUE, conversation BLOB NOT NULL,
                           body BLOB NOT NULL, counter INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
    CREATE TABLE outbox (number INTEGER PRIMARY KEY, message_id BLOB NOT NULL, envelope BLOB NOT NULL) STRICT;
    CREATE TABLE ratchets (session_id BLOB PRIMARY KEY, session BLOB NOT NULL) STRICT;
"""


@dataclass(frozen=True)
class Cost:
    """Messages a second, and microseconds of processor time that each took at its writer and at its reader."""

    per_second: float
    writer: float
    reader: float


class End(AbstractContextManager["End"]):
    """One device: its session, its database, its socket."""

    def __init__(self, session: bytes, path: Path, link: socket.socket) -> None:
        self.session: Session = session_from_bytes(session)
        self.database = Database.open(path, key=os.urandom(KEY_BYTES))
        self.database.script(_TABLES)
        self._link = link.makefile("rwb")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()

    def tell(self, frame: PeerFrame) -> None:
        body = encode_peer_frame(frame)
        self._link.write(len(body).to_bytes(LENGTH_BYTES, "big") + body)
        self._link.flush()

    def hear(self) -> PeerFrame | None:
        """None when the other end is gone."""
        length = self._link.read(LENGTH_BYTES)
        return decode_peer_frame(self._link.read(int.from_bytes(length, "big"))) if length else None

    def put(self, lines: list[Content], at: int) -> None:
        self.database.execute(
            "INSERT OR REPLACE INTO ratchets VALUES (?, ?)", self.session.session_id, self.session.to_bytes()
        )
        rows = [(line.message_id, line.conversation_id, line.body, line.counter, at) for line in lines]
        self.database.executemany(
            "INSERT INTO timeline (message_id, conversation, body, counter, at) VALUES (?, ?, ?, ?, ?)", rows
        )


def write_run(end: End, first: int, delivered: int) -> None:
    lines, items = [], []
    now = int(time.time() * 1e3)
    for number in range(first, first + RUN):
        line = Content(1, "chat", MessageId(os.urandom(16)), CONVERSATION, number, (), now, None, BODY)
        end.session, envelope = seal(end.session, number, UNKNOWN_ORIGIN, encode_content(line), os.urandom, KEM)
        lines.append(line)
        items.append((number, envelope))
    with end.database.transaction():
        end.put(lines, now)
        rows = [(number, line.message_id, envelope) for line, (number, envelope) in zip(lines, items, strict=True)]
        end.database.executemany("INSERT INTO outbox VALUES (?, ?, ?)", rows)
        end.database.execute("DELETE FROM outbox WHERE number <= ?", delivered)
    end.tell(Envelopes(items))


def read_run(end: End, items: list[tuple[int, bytes]]) -> None:
    lines = []
    for _number, envelope in items:
        end.session, _, content = open_envelope(end.session, envelope, KEM)
        lines.append(decode_content(content))
    with end.database.transaction():
        end.put(lines, int(time.time() * 1e3))
    end.tell(Control(seal_control(end.session, items[-1][0].to_bytes(8, "big"), os.urandom)))


def write(session: bytes, path: Path, link: socket.socket, seconds: float, result: Connection) -> None:
    """The writer's process."""
    with link, End(session, path, link) as end:
        began, used = time.perf_counter(), time.process_time()
        sent = delivered = 0
        while time.perf_counter() - began < seconds or delivered < sent:
            if time.perf_counter() - began < seconds and sent - delivered < RUN * RUNS_UNDER_WAY:
                write_run(end, sent + 1, delivered)
                sent += RUN
                continue
            frame = end.hear()
            assert isinstance(frame, Control)
            delivered = int.from_bytes(open_control(end.session, frame.sealed), "big")
        result.send((sent / (time.perf_counter() - began), (time.process_time() - used) / sent * 1e6))


def read(session: bytes, path: Path, link: socket.socket, result: Connection) -> None:
    """The reader's process."""
    with link, End(session, path, link) as end:
        used, seen = time.process_time(), 0
        while (frame := end.hear()) is not None:
            assert isinstance(frame, Envelopes)
            read_run(end, frame.items)
            seen += len(frame.items)
        result.send((time.process_time() - used) / seen * 1e6)


def measure(seconds: float) -> Cost:
    talk = started(Aead.AES_256_GCM)
    processes = multiprocessing.get_context("spawn")
    (from_writer, writers), (from_reader, readers) = processes.Pipe(duplex=False), processes.Pipe(duplex=False)
    with (
        tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory,
        socket.create_server(("127.0.0.1", 0)) as door,
    ):
        one = socket.create_connection(door.getsockname())
        two, _ = door.accept()
        folder = Path(directory)
        writer = (talk.writer.to_bytes(), folder / "writer.db", one, seconds, writers)
        reader = (talk.reader.to_bytes(), folder / "reader.db", two, readers)
        ends = (processes.Process(target=write, args=writer), processes.Process(target=read, args=reader))
        for end in ends:
            end.start()
        for handed_over in (one, two, writers, readers):
            handed_over.close()
        per_second, at_writer = from_writer.recv()
        at_reader = from_reader.recv()
        for end in ends:
            end.join()
    return Cost(per_second, at_writer, at_reader)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.floor", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    seconds: float = parser.parse_args().seconds
    print_heading("The least that direct messages take")
    cost = measure(seconds)
    print(f"* {cost.per_second:.0f} messages/s; processor time per message, µs: ", end="")
    print(f"writer {cost.writer:.0f}, reader {cost.reader:.0f}")


if __name__ == "__main__":
    main()
