"""The directory of a server with 10,000 accounts: `python -m benchmarks.server_directory [--accounts N]`.

A real server process; times are what a device on a TLS link sees, frames decoded.
"""

import argparse
import asyncio
import hashlib
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from benchmarks.machine import Quantiles, print_heading
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import DIRECTORY_PAGE_ROWS
from casemate.protocol.link import AccountPage, ListAccounts
from casemate.runtime.entropy import system_entropy
from casemate.server.adapters.identity_file import load_or_make_identity
from casemate.server.adapters.sqlite_store import open_server_store
from casemate.server.core.names import read_username
from casemate.server.tests.link_client import LinkClient
from casemate.server.tests.people import Person, new_person
from casemate.server.tests.process import ServerProcess

FIRST_PAGE_ROWS: Final = 100
ROUNDS: Final = 20
PAUSE_SECONDS: Final = 0.8
"""Keeps what one device asks within its rate."""
GIVEN_NAMES: Final = ("Ada", "Bo", "Chiara", "Dmitri", "Émile", "Fatima", "Grace", "Hiro", "Inés", "Jonas")
FAMILY_NAMES: Final = ("Adler", "Berg", "Costa", "Dietz", "Evans", "Fuchs", "García", "Hopper", "Ito", "Jansen")


def fill(data_dir: Path, accounts: int) -> None:
    load_or_make_identity(data_dir, system_entropy, is_new=True)
    store = open_server_store(data_dir)
    with store.transaction():
        for number in range(accounts):
            account_id = AccountId(hashlib.sha3_256(number.to_bytes(8, "big")).digest())
            full_name = f"{GIVEN_NAMES[number % 10]} {FAMILY_NAMES[number // 10 % 10]} {number}"
            store.accounts.add(account_id, read_username(f"person{number}"), full_name, bytes(400), 1, 0.0)
            store.accounts.set_shown(account_id, online=number % 3 == 0, since=0.0)
    store.close()


async def measure(data_dir: Path) -> None:
    reader = new_person("reader")
    async with (
        await ServerProcess.start(data_dir) as server,
        await LinkClient.create_account(server.url, reader) as link,
    ):
        await _report("first page of 100 rows", lambda: _page(link, reader, "", "", FIRST_PAGE_ROWS))
        await _report("whole list in pages of 1,000", lambda: _everybody(link, reader, ""))
        await _report("search that matches 1 in 100, all of it", lambda: _everybody(link, reader, "chiara costa"))
        await _report("search that matches nobody", lambda: _page(link, reader, "zzzz", "", FIRST_PAGE_ROWS))


async def _page(link: LinkClient, reader: Person, query: str, cursor: str, limit: int) -> AccountPage:
    page = await link.ask(reader, ListAccounts, query, cursor, limit)
    assert isinstance(page, AccountPage)
    return page


async def _everybody(link: LinkClient, reader: Person, query: str) -> AccountPage:
    rows, cursor = 0, ""
    while True:
        page = await _page(link, reader, query, cursor, DIRECTORY_PAGE_ROWS)
        rows += len(page.rows)
        if page.next_cursor is None:
            assert rows == page.total
            return page
        cursor = page.next_cursor


async def _report(what: str, ask: Callable[[], Awaitable[AccountPage]]) -> None:
    sample = []
    total = 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        total = (await ask()).total
        sample.append((time.perf_counter() - began) * 1e3)
        await asyncio.sleep(PAUSE_SECONDS)
    print(f"| {what} ({total:,} match) | {Quantiles.of(sample)} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=10_000)
    accounts = parser.parse_args().accounts
    print_heading(f"Directory of {accounts:,} accounts, milliseconds")
    with tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory:
        fill(Path(directory), accounts)
        print("| what a device asks for | ms |\n|---|---|")
        asyncio.run(measure(Path(directory)))


if __name__ == "__main__":
    main()
