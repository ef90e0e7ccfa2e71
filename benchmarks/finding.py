"""What finding costs: `python -m benchmarks.finding [--messages 100000]`.

So many messages of 100 characters (words as often as in a language, one in fifty in Chinese) in an account's encrypted
database on this disk, brought into the index as a service does. Then the first 30 results, newest first, for many words
of each kind: the whole way to them, over as many looks as it takes, and the longest single look. Beside the time that
passed stands the processor's, which other programs do not change.
"""

import argparse
import random
import secrets
import string
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from benchmarks.machine import print_heading
from casemate.crypto.content import Shows
from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.core.account.rows import MessageRow, Place
from casemate.internal_service.core.account.wanted import WantedMessages, read_terms
from casemate.protocol.ids import AccountId, ConversationId, DeviceId, MessageId

CHARACTERS: Final = 100
VOCABULARY: Final = 30_000
PEOPLE: Final = 20
AT_ONCE: Final = 400
QUERIES: Final = 100
PAGE: Final = 30
DELETED: Final = 200
_HAN: Final = [chr(0x4E00 + number) for number in range(1_500)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.finding", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    messages = parser.parse_args().messages
    print_heading("Finding messages")
    draw = random.Random(1)
    words = vocabulary(draw)
    with tempfile.TemporaryDirectory() as folder:
        store = open_account_store(Path(folder) / "a.db", secrets.token_bytes(32))
        write(store, draw, words, messages)
        index(store, Path(folder) / "a.db", messages)
        for name, one in kinds(draw, words).items():
            measure(store, name, [one() for _ in range(QUERIES)])
        here = WantedMessages(conversation=conversation(3), terms=read_terms(words[0]))
        measure(store, "common word, one conversation", [here] * QUERIES)
        delete(store, draw, messages)
        store.close()


def vocabulary(draw: random.Random) -> list[str]:
    """The most frequent first."""
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in "aeiou"]
    known: dict[str, None] = {}
    while len(known) < VOCABULARY:
        ends = draw.choice(["", "", "n", "s", "r", "t", "ng"])
        known["".join(draw.choices(syllables, k=draw.choice([1, 2, 2, 3, 3, 4]))) + ends] = None
    return list(known)


def kinds(draw: random.Random, words: list[str]) -> dict[str, Callable[[], WantedMessages]]:
    def wanted(typed: str) -> WantedMessages:
        return WantedMessages(terms=read_terms(typed))

    def some() -> str:
        return draw.choice(words[: draw.choice([10, 300, VOCABULARY])])

    def inside() -> str:
        word = draw.choice([word for word in words[300:3_000] if len(word) > 6])
        return word[2:6]

    return {
        "word": lambda: wanted(f'"{some()}"'),
        "two words": lambda: wanted(f"{some()} {some()}"),
        "beginning of two letters": lambda: wanted(draw.choice(words)[:2]),
        "beginning of three": lambda: wanted(draw.choice(words)[:3]),
        "phrase": lambda: wanted(f'"{words[draw.randrange(9)]} {words[draw.randrange(300)]}"'),
        "inside of words": lambda: wanted(inside()),
        "in no message": lambda: wanted("q" + "".join(draw.choices(string.ascii_lowercase, k=5))),
        "signs": lambda: wanted(f"{draw.choice(words)}++"),
        "two characters of Han": lambda: wanted("".join(draw.choices(_HAN[:60], k=2))),
    }


def write(store: SqliteAccountStore, draw: random.Random, words: list[str], messages: int) -> None:
    weights = [1 / (place + 3) for place in range(len(words))]
    said: Iterator[str] = iter(draw.choices(words, weights, k=messages * (CHARACTERS // 4)))
    with store.transaction():
        for number in range(PEOPLE):
            store.open_conversation(conversation(number), AccountId(bytes([number]) * 32))
    for first in range(0, messages, AT_ONCE):
        with store.transaction():
            for number in range(first, min(first + AT_ONCE, messages)):
                text = ""
                while len(text) < CHARACTERS:
                    text += "".join(draw.choices(_HAN, k=20)) if number % 50 == 0 else next(said) + " "
                store.messages_add([row(number, text[:CHARACTERS])])


def row(number: int, text: str) -> MessageRow:
    return MessageRow(
        arrival=0,
        message_id=MessageId(number.to_bytes(16, "big")),
        conversation=conversation(number % PEOPLE),
        author=AccountId(bytes([number % PEOPLE]) * 32),
        device=DeviceId(bytes([number % PEOPLE]) * 16),
        kind="chat",
        shows=Shows.LINE,
        body=text.encode(),
        counter=number,
        written_at=float(number),
        arrived_at=float(number),
        number=number,
    )


def conversation(number: int) -> ConversationId:
    return ConversationId(bytes([number]) * 16)


def index(store: SqliteAccountStore, path: Path, messages: int) -> None:
    store.erase_traces()
    before, longest, more = path.stat().st_size, 0.0, True
    began = time.process_time()
    while more:
        batch = time.perf_counter()
        with store.transaction():
            more = store.fold_words(AT_ONCE)
        longest = max(longest, time.perf_counter() - batch)
    took = time.process_time() - began
    store.erase_traces()
    size = path.stat().st_size - before
    each = took / messages * 1e6
    print(f"into the index: {each:.1f} µs a message (processor), {AT_ONCE} at once took {longest * 1e3:.0f} ms at most")
    print(f"size: {before / 1e6:.0f} MB before, {size / 1e6:.1f} MB more\n")
    heads = f"{'p50':>7} {'p95':>7} {'worst':>7} {'processor p50':>14} {'p95':>7} {'a look, p95':>12} {'looks':>6}"
    print(f"{'the first 30 results, ms':32} {heads}")


def measure(store: SqliteAccountStore, name: str, wanted: list[WantedMessages]) -> None:
    whole: list[tuple[float, float]] = []
    looks, most = [], 0
    for each in wanted:
        place: Place | None = None
        found, spent, used, count = 0, 0.0, 0.0, 0
        while count == 0 or (place is not None and found < PAGE):
            began, began_using = time.perf_counter(), time.thread_time()
            page = store.find(each, place, PAGE - found)
            spent += (time.perf_counter() - began) * 1e3
            looks.append((time.thread_time() - began_using) * 1e3)
            used += looks[-1]
            place, found, count = page.later, found + len(page.messages), count + 1
        whole.append((spent, used))
        most = max(most, count)
    spent_ms, used_ms = (sorted(column) for column in zip(*whole, strict=True))
    looks.sort()
    figures = f"{p50(spent_ms):7.1f} {p95(spent_ms):7.1f} {spent_ms[-1]:7.1f} {p50(used_ms):14.1f} {p95(used_ms):7.1f}"
    print(f"{name:32} {figures} {p95(looks):12.1f} {most:6}")


def p50(ordered: list[float]) -> float:
    return ordered[len(ordered) // 2]


def p95(ordered: list[float]) -> float:
    return ordered[int(len(ordered) * 0.95)]


def delete(store: SqliteAccountStore, draw: random.Random, messages: int) -> None:
    spent = []
    for number in draw.sample(range(messages), DELETED):
        began = time.perf_counter()
        with store.transaction():
            store.delete_here(conversation(number % PEOPLE), [MessageId(number.to_bytes(16, "big"))])
        spent.append((time.perf_counter() - began) * 1e3)
    spent.sort()
    print(f"\ndeleting a message: p50 {p50(spent):.1f} ms, p95 {p95(spent):.1f} ms")


if __name__ == "__main__":
    main()
