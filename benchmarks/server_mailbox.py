"""Sealed envelopes through the server: `python -m benchmarks.server_mailbox [--seconds N]`.

A real server process on a real disk, TLS on both sides. An envelope counts when its Deposited has come back, so when it
is on the server's disk. Senders and recipients run in this process beside the server; what the server itself uses is
told by its processor time.
"""

import argparse
import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil
import uvloop

from benchmarks.machine import Quantiles, print_heading
from casemate.protocol.limits import DEPOSITS_UNANSWERED
from casemate.protocol.link import AnswerRegistration, AskRegistration, Deliver, Deposit, Deposited, Receipt
from casemate.protocol.link_codec import ServerFrame
from casemate.server.tests.link_client import LinkClient
from casemate.server.tests.people import Person, new_person
from casemate.server.tests.process import ServerProcess

ENVELOPE: Final = bytes(400)
"""A short chat message, sealed and padded."""


@dataclass
class Pair:
    """One person who writes and one who reads."""

    sender: LinkClient
    recipient: LinkClient
    sender_person: Person
    recipient_person: Person
    number: int = 0
    answered: int = 0
    delivered: int = 0
    began: dict[int, float] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def listen(self) -> None:
        """Both ends answer as a device would."""
        self.sender.on_frame = self._sender_heard
        self.recipient.on_frame = self._recipient_heard

    def _sender_heard(self, frame: ServerFrame) -> None:
        self.sender.heard.clear()
        if isinstance(frame, Deposited):
            self.answered = frame.last
            self.milliseconds.append((time.perf_counter() - self.began.pop(frame.last)) * 1e3)
            self.moved.set()

    def _recipient_heard(self, frame: ServerFrame) -> None:
        self.recipient.heard.clear()
        if isinstance(frame, Deliver):
            self.delivered = frame.items[-1][0]
            self.moved.set()
            taken = Receipt(frame.sender_device, self.delivered, bytes(64))
            asyncio.get_running_loop().create_task(self.recipient.say(taken))

    async def send(self, items: int, until: float) -> None:
        """Deposit as fast as the window allows."""
        while time.perf_counter() < until:
            while self.number - self.answered >= DEPOSITS_UNANSWERED - items:
                self.moved.clear()
                await self.moved.wait()
            batch = [(self.number + n, ENVELOPE) for n in range(1, items + 1)]
            self.number += items
            self.began[self.number] = time.perf_counter()
            await self.sender.say(Deposit(self.recipient_person.device_id, batch))
        while self.answered < self.number or self.delivered < self.number:
            self.moved.clear()
            await self.moved.wait()


async def make_pair(url: str, name: str) -> Pair:
    sender, recipient = new_person(f"sender{name}"), new_person(f"reader{name}")
    pair = Pair(
        await LinkClient.create_account(url, sender), await LinkClient.create_account(url, recipient), sender, recipient
    )
    await pair.sender.ask(sender, AskRegistration, recipient.account_id, b"card")
    await pair.recipient.ask(recipient, AnswerRegistration, sender.account_id, True, b"card")
    pair.listen()
    return pair


async def measure(directory: Path, pairs: int, items: int, seconds: float) -> None:
    async with await ServerProcess.start(directory) as server:
        running = [await make_pair(server.url, str(number)) for number in range(pairs)]
        process = psutil.Process(server.process.pid)
        cpu_before, began = process.cpu_times(), time.perf_counter()
        await asyncio.gather(*(pair.send(items, began + seconds) for pair in running))
        elapsed, cpu_after = time.perf_counter() - began, process.cpu_times()
        envelopes = sum(pair.number for pair in running)
        cpu = cpu_after.user + cpu_after.system - cpu_before.user - cpu_before.system
        answers = Quantiles.of([ms for pair in running for ms in pair.milliseconds])
        print(
            f"| {pairs} | {items} | {envelopes / elapsed:,.0f} | {envelopes / cpu:,.0f} | {answers}"
            f" | {process.memory_info().rss / 2**20:.0f} |",
            flush=True,
        )
        for pair in running:
            await pair.sender.close()
            await pair.recipient.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10.0)
    seconds = parser.parse_args().seconds
    print_heading(f"Mailbox: envelopes of {len(ENVELOPE)} bytes, deposited, delivered and taken")
    print("| pairs | envelopes a frame | a second | a second of server processor | deposit to answer, ms | RSS, MiB |")
    print("|---|---|---|---|---|---|")
    for pairs, items in ((1, 1), (1, 16), (8, 1), (8, 16), (50, 1)):
        with tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory:
            uvloop.run(measure(Path(directory), pairs, items, seconds))


if __name__ == "__main__":
    main()
