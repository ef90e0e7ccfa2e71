"""`casemate up`: a server, an internal service and the browser, together."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from cyclopts import Parameter

from casemate.cli.keeping import SupervisedService, how_it_stops, say, until_stopped
from casemate.cli.open import how_to_start_again, launch_url, open_command, open_in_browser
from casemate.cli.options import (
    DEFAULT_INTERNAL_LISTEN,
    DEFAULT_SERVER_LISTEN,
    INTERNAL_FOLDER,
    SERVER_FOLDER,
    Address,
    LogLevel,
    LogStyle,
    OwnDoor,
    RelayAddress,
    default_data_dir,
)
from casemate.cli.reach import FrontDoor, ReachDesk, keep_reach, kept_reach, listen_for, relay_port_of
from casemate.cli.started_as import started_as
from casemate.crypto.keys import fingerprint
from casemate.protocol.client.views import Reach
from casemate.protocol.server_addresses import has_public_certificate
from casemate.runtime.listen import ListenAddress
from casemate.server.adapters.addresses import stated_addresses
from casemate.server.adapters.identity_file import read_identity

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "127.0.0.1"}  # noqa: S104  (recognised, not listened on)
"""On `::` IPv4 comes in, too."""


def up(
    *,
    data_dir: Path | None = None,
    listen: Address = DEFAULT_INTERNAL_LISTEN,
    server_listen: Address = DEFAULT_SERVER_LISTEN,
    relay_listen: RelayAddress | None = None,
    address: list[str] | None = None,
    reach: Reach | None = None,
    registration: OwnDoor | None = None,
    install_line: str = "",
    peer_paths: bool = True,
    proxy: str | None = None,
    proxy_login_file: Path | None = None,
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
    address
        HOST:PORT at which people reach the server, such as that of a router that passes it on, or wss://HOST[:PORT] of
        a proxy; may be repeated. Addresses of this computer are found without it.
    reach
        Who can come to the server: this-computer alone, or the network. It is kept for the next start; until somebody
        chooses, here or in the UI, --server-listen says it.
    registration
        Who may make an account at the server: everybody (open), who has the link of an invitation (invite), or nobody
        (closed). By default open while only this computer can reach it, and invite once others can; this computer
        itself needs no invitation. Behind a proxy (wss:// in --address) it is open unless stated.
    install_line
        What installs Casemate and joins, such as `uvx casemate join`: handed out with an invitation, and shown to who
        opens one in a browser.
    peer_paths
        Connect to people's services directly where that is possible, else through the server's relay.
    proxy
        http://HOST:PORT or socks5h://HOST:PORT through which servers on other computers are reached, or off. By default
        what HTTPS_PROXY, ALL_PROXY and NO_PROXY say. Connections between people take no proxy.
    proxy_login_file
        A file whose first line is USER:PASSWORD for --proxy.
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
    given = dict(locals())
    logs = ["--log-level", log_level, "--log-style", log_style]
    directory = data_dir or default_data_dir()
    server_options = ["--data-dir", str(directory / SERVER_FOLDER), *logs]
    if relay_listen is not None:
        server_options += ["--relay-listen", str(relay_listen)]
    for each in address or ():
        server_options += ["--address", each]
    internal_options = ["--data-dir", str(directory / INTERNAL_FOLDER), "--own-server-from-stdin", *logs]
    if install_line:
        server_options += ["--install-line", install_line]
        internal_options += ["--install-line", install_line]
    internal_options += [] if peer_paths else ["--no-peer-paths"]
    internal_options += ["--started-by", json.dumps(started_as(up, given, directory))]
    internal_options += [] if proxy is None else ["--proxy", proxy]
    internal_options += [] if proxy_login_file is None else ["--proxy-login-file", str(proxy_login_file)]
    internal_options += ["--trust-other-users"] if trust_other_users else []
    if reach is not None:
        keep_reach(directory, reach)
    addresses = stated_addresses(address or ())
    door = FrontDoor(registration, brings_others=any(map(has_public_certificate, addresses)))
    listens_at = listen_for(kept_reach(directory), server_listen)
    server = SupervisedService("server", listens_at, server_options, say, door.options_at)
    internal = SupervisedService("internal-service", listen, internal_options, say)
    desk = ReachDesk(directory, server, addresses, relay_port_of(relay_listen, server_listen), server_listen, door)
    # People's side stops first: it says goodbye to a server that still listens.
    return asyncio.run(until_stopped(_serve(desk, internal, browser), internal, server))


async def _serve(desk: ReachDesk, internal: SupervisedService, browser: bool) -> None:
    """Start both services, show the UI, and keep them running. Raises `CannotStart` when one does not start at all."""
    data_dir, server = desk.data_dir, desk.server
    await server.launch()
    # Most of a start is loading libraries: it need not know the server for that.
    await internal.launch()
    server_address = _reachable(await server.start())
    _, server_key = read_identity(data_dir / SERVER_FOLDER)
    internal.tell(f"{server_address} {server_key.hex()}")
    await internal.start()
    url = await asyncio.to_thread(launch_url, data_dir)
    sys.stdout.write(
        f"Casemate is ready. Open this in your browser:\n\n    {url}\n\n"
        f"It works once and for five minutes. Another one, at any time, in another terminal:\n\n"
        f"    {open_command(data_dir)}\n\n"
        f"The server is {server_address}. Whoever joins it compares its identity with you:\n\n"
        f"    {fingerprint(server_key)}\n\n"
        f"{how_it_stops('everything')} {how_to_start_again(data_dir)}"
    )
    sys.stdout.flush()
    if browser:
        await asyncio.to_thread(open_in_browser, url, data_dir)
    async with asyncio.TaskGroup() as tasks:
        internal.heard = lambda line: desk.hear(line, internal, tasks)
        tasks.create_task(server.keep())
        tasks.create_task(internal.keep())


def _reachable(url: str) -> str:
    """HOST:PORT of a URL, as a client on this computer can dial it."""
    address = urlsplit(url)
    host = address.hostname or ""
    return str(ListenAddress(ANY_ADDRESS.get(host, host), address.port or 0))
