"""Two computers on which Casemate was installed from its wheel and never ran, to the first message delivered by a link.

`python -m benchmarks.invited_installed`. The first one's server is opened to the network on the way; needs root.
"""

import asyncio
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.invited import invite
from benchmarks.machine import Quantiles, print_heading
from tests.support.client import PASSWORD
from tests.support.installed import Bare, gather_wheels, pack
from tests.support.persons_computer import PersonsComputer
from tests.support.two_hosts import Host, two_hosts, why_no_two_hosts
from tests.support.up import Up
from tests.support.view import View

RUNS: Final = 5
STEPS: Final = ("started", "opened", "link", "there", "delivered")


@dataclass(frozen=True)
class Run:
    """Seconds since nothing ran on either computer; the second one begins when the link is there."""

    started: float
    opened: float
    link: float
    there: float
    delivered: float


async def view_of(up: Up, host: Host) -> View:
    """Once it says that it is ready."""
    address = up.url().partition("?")[0].replace("http:", "ws:")
    return await View.open_view(address, up.token, host.connector())


async def come_together(hosts: tuple[Host, Host], computers: list[PersonsComputer], ends: ExitStack) -> Run:
    began = time.perf_counter()
    up = computers[0].start("casemate up")
    ends.callback(up.kill_everything)
    async with await view_of(up, hosts[0]) as one:
        started = time.perf_counter() - began
        mine = await one.register(up.server_address, "UserOne", "User One")
        await one.subscribe(mine)
        await one.expect("ReachTold", "SetReach", cid=mine, reach="network")
        await one.until(lambda: one.accounts[mine].account["link"]["state"] == "online")
        opened = time.perf_counter() - began
        link = await invite(one, mine)
        invited = time.perf_counter() - began
        joining = computers[1].start("casemate join", typed=f"{link}\n")
        ends.callback(joining.kill_everything)
        async with await view_of(joining, hosts[1]) as two:
            there = time.perf_counter() - began
            password = list(PASSWORD.encode())
            joined = await two.expect(
                "ConnectSuccess", "Join", text=link, username="UserTwo", full_name="User Two", password=password
            )
            theirs = joined["cid"]
            await two.subscribe(theirs)
            await two.until(lambda: two.accounts[theirs].peers.get(mine, {}).get("connection") == "connected")
            message_id = await two.send_chat(theirs, mine, "Hello")
            await two.until_status(theirs, message_id, "delivered", "read")
            return Run(started, opened, invited, there, time.perf_counter() - began)


def one_run(wheel: Path, libraries: Path) -> Run:
    with (
        tempfile.TemporaryDirectory(prefix="casemate-bench-") as folder,
        two_hosts() as hosts,
        ExitStack() as ends,
    ):
        homes = [Path(folder) / name for name in ("one", "two")]
        computers = [PersonsComputer(host, home, libraries) for host, home in zip(hosts, homes, strict=True)]
        for computer in computers:
            computer.run(f"uv tool install --compile-bytecode {wheel}")
        return asyncio.run(come_together(hosts, computers, ends))


def main() -> None:
    if (why_not := why_no_two_hosts()) is not None:
        print(why_not)
        return
    print_heading("Two installed computers to the first delivered message, by a link")
    with tempfile.TemporaryDirectory(prefix="casemate-bench-") as folder:
        home, libraries = Path(folder) / "home", Path(folder) / "libraries"
        home.mkdir()
        wheel = pack(Bare(home), Path(folder)).wheel
        gather_wheels(libraries)
        runs = [one_run(wheel, libraries) for _ in range(RUNS)]
    for step in STEPS:
        print(f"* {step}, s after the start, {RUNS} runs: {Quantiles.of([getattr(run, step) for run in runs])}")


if __name__ == "__main__":
    main()
