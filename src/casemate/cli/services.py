"""`casemate server` and `casemate internal-service`: one service in this process."""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from casemate.cli.open import join_command, open_command, start_command
from casemate.cli.options import (
    DEFAULT_INTERNAL_LISTEN,
    DEFAULT_SERVER_LISTEN,
    INTERNAL_FOLDER,
    SERVER_FOLDER,
    AboveZero,
    Address,
    Hidden,
    LogLevel,
    LogStyle,
    PasswordFile,
    Registration,
    RelayAddress,
    default_data_dir,
    read_password,
)
from casemate.cli.started_as import started_as
from casemate.protocol.limits import DAY_SECONDS, MAILBOX_SECONDS, NEW_ACCOUNTS_AT_ONCE, REGISTRATION_REQUEST_SECONDS
from casemate.runtime.errors import CannotStart
from casemate.runtime.lean_imports import aiohttp_alone, structlog_alone


def server(
    *,
    data_dir: Path | None = None,
    listen: Address = DEFAULT_SERVER_LISTEN,
    registration: Registration | None = None,
    password_file: PasswordFile | None = None,
    registration_request_days: Annotated[float, AboveZero] = REGISTRATION_REQUEST_SECONDS / DAY_SECONDS,
    mailbox_days: Annotated[float, AboveZero] = MAILBOX_SECONDS / DAY_SECONDS,
    behind_proxy: bool = False,
    connections_per_address: Annotated[int, AboveZero] = 10_000,
    new_accounts_at_once: Annotated[int, AboveZero] = NEW_ACCOUNTS_AT_ONCE,
    install_line: str = "",
    relay_listen: RelayAddress | None = None,
    relay_url: str = "",
    relay_megabytes_per_second: Annotated[float, AboveZero] = 32,
    address: list[str] | None = None,
    log_level: LogLevel = "info",
    log_style: LogStyle = "auto",
    open_to_this_computer: Annotated[bool, Hidden] = False,
    stop_when_stdin_closes: Annotated[bool, Hidden] = False,
) -> int:
    """Run a workspace server, which introduces people to each other and keeps sealed messages for those who are away.

    Parameters
    ----------
    data_dir
        Where it keeps its database and its key.
    listen
        HOST:PORT for people's internal services.
    registration
        Who may make an account: everybody (open), who has the link of an invitation (invite), who knows the password or
        has such a link (password), or nobody (closed). By default open, and password where there is a password file.
    password_file
        A file whose first line is the password that people must know to join; - reads it from standard input.
    registration_request_days
        How long it keeps a request to somebody who is away.
    mailbox_days
        How long it keeps a sealed message for somebody who is away.
    behind_proxy
        Speak plain HTTP to a reverse proxy on this machine, which adds TLS and X-Forwarded-For.
    connections_per_address
        How many connections one network address (of IPv6: one /64) may hold at a time.
    new_accounts_at_once
        How many accounts one network address may make in a row; after those, one a minute.
    notifications
        Use this computer's notifications while no tab of a browser shows them.
    install_line
        What installs Casemate and joins, such as `uvx casemate join`: shown to who opens an invitation in a browser.
    relay_listen
        HOST:PORT (TCP; UDP on it and the next port) for connections between people; off: messages go through the
        mailbox only. By default the host of --listen and port 12350.
    relay_url
        Where people reach the relay, when that is another address (behind a proxy, say).
    relay_megabytes_per_second
        How much one account may send through the relay.
    address
        HOST:PORT at which people reach this server, such as that of a router that passes it on, or wss://HOST[:PORT]
        of a proxy; may be repeated. Addresses of this computer are found without it.
    log_level
        How much it tells on stderr.
    log_style
        Lines for people (console) or for programs (json); auto looks whether stderr is a terminal.
    """
    _prepare(log_style, log_level)
    from casemate.server.main import ServerOptions, run

    if stop_when_stdin_closes:
        _stop_with_parent()

    password = read_password(password_file)
    return run(
        ServerOptions(
            data_dir=data_dir or default_data_dir() / SERVER_FOLDER,
            listen=str(listen),
            registration=registration,
            open_to_this_computer=open_to_this_computer,
            server_passwords=() if password is None else (password,),
            registration_request_days=registration_request_days,
            mailbox_days=mailbox_days,
            behind_proxy=behind_proxy,
            connections_per_address=connections_per_address,
            new_accounts_at_once=new_accounts_at_once,
            install_line=install_line,
            relay_listen="" if relay_listen is None else str(relay_listen),
            relay_url=relay_url,
            relay_megabytes_per_second=relay_megabytes_per_second,
            addresses=tuple(address or ()),
        )
    )


def fingerprint(*, data_dir: Path | None = None) -> int:
    """Print the identity of the server: what people compare before they trust it with an account.

    Parameters
    ----------
    data_dir
        Where the server keeps its database and its key.
    """
    from casemate.crypto.keys import fingerprint as for_the_eye
    from casemate.server.adapters.identity_file import IDENTITY_NAME, read_identity

    folder = data_dir or default_data_dir() / SERVER_FOLDER
    if not (folder / IDENTITY_NAME).exists():
        raise CannotStart(f"No server has been started in {folder}: its identity is made at the first start.")
    _, key = read_identity(folder)
    sys.stdout.write(f"{for_the_eye(key)}\n")
    return 0


def internal_service(
    *,
    data_dir: Path | None = None,
    listen: Address = DEFAULT_INTERNAL_LISTEN,
    default_server: str | None = None,
    own_server_from_stdin: Annotated[bool, Hidden] = False,
    started_by: Annotated[str | None, Hidden] = None,
    allow_origin: list[str] | None = None,
    allow_host: list[str] | None = None,
    proxy: str | None = None,
    proxy_login_file: Path | None = None,
    trust_other_users: Annotated[bool, Parameter(negative="")] = False,
    keyring: bool = True,
    peer_paths: bool = True,
    lan_discovery: bool = True,
    notifications: bool = True,
    install_line: str = "",
    log_level: LogLevel = "info",
    log_style: LogStyle = "auto",
    stop_when_stdin_closes: Annotated[bool, Hidden] = False,
) -> int:
    """Run an internal service: it holds your keys and messages, and serves the UI to browsers on this computer.

    Parameters
    ----------
    data_dir
        Where it keeps accounts, and the access token for programs (the file `token`).
    listen
        HOST:PORT for browsers and programs on this computer.
    default_server
        HOST:PORT of the workspace server that the UI offers first.
    allow_origin
        Another web origin whose pages may talk to it; may be repeated.
    allow_host
        Another host name under which browsers may reach it; may be repeated.
    proxy
        http://HOST:PORT or socks5h://HOST:PORT through which servers on other computers are reached, or off. By default
        what HTTPS_PROXY, ALL_PROXY and NO_PROXY say. Connections between people take no proxy.
    proxy_login_file
        A file whose first line is USER:PASSWORD for --proxy.
    trust_other_users
        Let in other users of this computer, too, if they have a key: for containers and proxies, whose connections are
        not yours.
    keyring
        Keep the key that unlocks signed-in accounts in the system's keyring where there is one.
    peer_paths
        Connect to people's services directly where that is possible, else through the server's relay; without it,
        messages go through the server's mailbox only.
    lan_discovery
        Let accounts find their contacts on the local network, without a server. Strangers there learn that somebody
        uses Casemate, not who.
    notifications
        Use this computer's notifications while no tab of a browser shows them.
    install_line
        What installs Casemate and joins, such as `uvx casemate join`: handed out with an invitation.
    log_level
        How much it tells on stderr.
    log_style
        Lines for people (console) or for programs (json); auto looks whether stderr is a terminal.
    """
    given = dict(locals())
    _prepare(log_style, log_level)
    from casemate.internal_service.adapters.up_pipe import UpPipe
    from casemate.internal_service.main import InternalServiceOptions, run

    own_server_key, up = None, None
    if own_server_from_stdin:
        # What follows needs the server that `up` starts beside us; what is above took most of our time.
        default_server, own_server_key = _own_server(sys.stdin.readline())
        up = UpPipe()
    if stop_when_stdin_closes:
        _stop_with_parent(_pass_over if up is None else up.heard)
    data_dir = data_dir or default_data_dir() / INTERNAL_FOLDER
    arguments = json.loads(started_by) if started_by else started_as(internal_service, given, data_dir)
    return run(
        InternalServiceOptions(
            data_dir=data_dir,
            open_command=open_command(data_dir),
            join_command=join_command(data_dir),
            start_command=start_command(data_dir, alone=not stop_when_stdin_closes),
            started_as=tuple(arguments),
            listen=str(listen),
            default_server=default_server,
            own_server_key=own_server_key,
            up=up,
            allowed_origins=tuple(allow_origin or ()),
            allowed_hosts=tuple(allow_host or ()),
            proxy=proxy,
            proxy_login=read_password(proxy_login_file),
            trust_other_users=trust_other_users,
            use_keyring=keyring,
            peer_paths=peer_paths,
            lan_discovery=lan_discovery,
            desktop_notifications=notifications,
            install_line=install_line,
        )
    )


def _prepare(log_style: LogStyle, log_level: LogLevel) -> None:
    structlog_alone()
    aiohttp_alone()
    from casemate.runtime.logging import configure_logging

    configure_logging(log_style, log_level)
    # Whatever the data directory's mode is: nobody else reads the files that we make in it.
    os.umask(0o077)


def _own_server(line: str) -> tuple[str, bytes]:
    """Address and key of the server that was started with us. Raises `CannotStart` when `up` ended without a word."""
    address, _, key = line.strip().partition(" ")
    if not key:
        raise CannotStart("The server that it was to be started with did not start.")
    return address, bytes.fromhex(key)


def _pass_over(_line: bytes) -> None:
    pass


def _stop_with_parent(heard: Callable[[bytes], None] = _pass_over) -> None:
    """Ask ourselves to stop when stdin closes: `up` holds its other end, and however `up` ends, it lets go of it. Lines
    that it writes are `heard` by another thread."""

    def watch() -> None:
        begun = b""
        while more := os.read(0, 4096):
            *lines, begun = (begun + more).split(b"\n")
            for line in lines:
                heard(line)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
