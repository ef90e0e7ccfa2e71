"""`casemate up`: a server, an internal service and the browser, together."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from cyclopts import Parameter

from casemate.cli.children import Child
from casemate.cli.open import launch_url, open_command, open_in_browser
from casemate.cli.options import (
    DEFAULT_INTERNAL_LISTEN,
    DEFAULT_SERVER_LISTEN,
    INTERNAL_FOLDER,
    SERVER_FOLDER,
    Address,
    LogLevel,
    LogStyle,
    RelayAddress,
    default_data_dir,
)
from casemate.crypto.keys import fingerprint
from casemate.runtime.errors import CannotStart
from casemate.runtime.listen import ListenAddress
from casemate.runtime.shutdown import shutdown_requested
from casemate.server.adapters.identity_file import read_identity

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (recognised, not listened on)


def up(
    *,
    data_dir: Path | None = None,
    listen: Address = DEFAULT_INTERNAL_LISTEN,
    server_listen: Address = DEFAULT_SERVER_LISTEN,
    relay_listen: RelayAddress | None = None,
    peer_paths: bool = True,
    trust_other_users: Annotated[bool, Parameter(negative="")] = False,
    browser: bool = True,
    log_level: LogLevel = "warning",
    log_style: LogStyle = "console",
) -> int:
    """Run a server and an internal service on this computer, and open the browser. Ctrl-C stops everything.

    Parameters
    ----------
    data_dir
        Where both keep their data, each in a folder of its own.
    listen
        HOST:PORT of the internal service, for browsers and programs on this computer.
    server_listen
        HOST:PORT of the server, for other people's internal services.
    relay_listen
        HOST:PORT of the server's relay, for connections between people; off: messages go through the mailbox only. By
        default the server's host and port 12350.
    peer_paths
        Connect to people's services directly where that is possible, else through the server's relay.
    trust_other_users
        Let in other users of this computer, too, if they have a key: for containers and proxies, whose connections are
        not yours.
    browser
        Open the UI; with --no-browser only its URL is printed.
    log_level
        How much the services tell on stderr.
    log_style
        Sentences for people (console) or lines for programs (json); auto looks whether stderr is a terminal.
    """
    logs = ["--log-level", log_level, "--log-style", log_style]
    server_options = ["--listen", str(server_listen)]
    if relay_listen is not None:
        server_options += ["--relay-listen", str(relay_listen)]
    internal_options = ["--listen", str(listen), *([] if peer_paths else ["--no-peer-paths"])]
    internal_options += ["--trust-other-users"] if trust_other_users else []
    return asyncio.run(_run(data_dir or default_data_dir(), internal_options, server_options, browser, logs))


async def _run(
    data_dir: Path, internal_options: list[str], server_options: list[str], browser: bool, logs: list[str]
) -> int:
    stop = asyncio.create_task(shutdown_requested().wait())
    children: list[Child] = []
    work = asyncio.create_task(_serve(children, data_dir, internal_options, server_options, browser, logs))
    try:
        await asyncio.wait((stop, work), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()  # raises why a service did not start, or that one ended
        return 0
    finally:
        work.cancel()
        stop.cancel()
        # People's side first: it says goodbye to a server that still listens.
        for child in reversed(children):
            await child.stop()


async def _serve(
    children: list[Child],
    data_dir: Path,
    internal_options: list[str],
    server_options: list[str],
    browser: bool,
    logs: list[str],
) -> None:
    """Start both services, show the UI, and wait until one of them ends, which raises `CannotStart`."""
    server = await Child.start("server", ["--data-dir", str(data_dir / SERVER_FOLDER), *server_options, *logs])
    children.append(server)
    server_address = _reachable(await server.ready())
    _, server_key = read_identity(data_dir / SERVER_FOLDER)
    internal = await Child.start(
        "internal-service",
        [
            *("--data-dir", str(data_dir / INTERNAL_FOLDER), *internal_options),
            *("--default-server", server_address, "--own-server-key", server_key.hex(), *logs),
        ],
    )
    children.append(internal)
    await internal.ready()
    url = await asyncio.to_thread(launch_url, data_dir)
    sys.stdout.write(
        f"Casemate is ready. Open this in your browser:\n\n    {url}\n\n"
        f"It works once and for five minutes. Another one, at any time, in another terminal:\n\n"
        f"    {open_command(data_dir)}\n\n"
        f"The server is {server_address}. Whoever joins it compares its identity with you:\n\n"
        f"    {fingerprint(server_key)}\n\nCtrl-C stops everything.\n"
    )
    sys.stdout.flush()
    if browser:
        await asyncio.to_thread(open_in_browser, url, data_dir)
    ends = {asyncio.create_task(child.ended()): child for child in children}
    try:
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in ends:
            task.cancel()
    first = done.pop()
    raise CannotStart(
        f"The {ends[first].name} ended by itself (exit code {first.result()}), so everything was stopped."
    )


def _reachable(url: str) -> str:
    """HOST:PORT of a URL, as a client on this computer can dial it."""
    address = urlsplit(url)
    host = address.hostname or ""
    return str(ListenAddress(ANY_ADDRESS.get(host, host), address.port or 0))
