"""Runs a server that tests may make die at a chosen moment.

`python -m casemate.server.tests.serve DATA_DIR LISTEN [--die-before FRAME] …`: with `--die-before`,
the process kills itself when it is about to send a frame of that kind, after the commit that the frame tells of.
"""

import argparse
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from casemate.node import Effect
from casemate.runtime.errors import CannotStart
from casemate.runtime.logging import configure_logging
from casemate.server.adapters import admission, device_socket, site
from casemate.server.adapters.relay.limits import MEGABYTES_PER_SECOND
from casemate.server.adapters.sqlite_store.mailbox import SqliteMailbox
from casemate.server.core.events import Send
from casemate.server.core.ports import Pair
from casemate.server.main import EXIT_CANNOT_START, Perform, ServerOptions, serve


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("listen")
    parser.add_argument("--die-before", default="")
    parser.add_argument("--password", action="append", default=[])
    parser.add_argument("--behind-proxy", action="store_true")
    parser.add_argument("--new-accounts-at-once", type=int, default=100_000)
    parser.add_argument("--relay-listen", default="off")
    parser.add_argument("--relay-megabytes-per-second", type=float, default=MEGABYTES_PER_SECOND)
    parser.add_argument("--address", action="append", default=[])
    parser.add_argument("--prove-seconds", type=float, default=admission.PROVE_SECONDS)
    parser.add_argument("--heartbeat-seconds", type=float, default=device_socket.HEARTBEAT_SECONDS)
    parser.add_argument("--stall-seconds", type=float, default=0.0, help="the disk takes so long over deposit 100")
    arguments = parser.parse_args()
    options = ServerOptions(
        arguments.data_dir,
        arguments.listen,
        server_passwords=tuple(arguments.password),
        behind_proxy=arguments.behind_proxy,
        new_accounts_at_once=arguments.new_accounts_at_once,
        relay_listen=arguments.relay_listen,
        relay_megabytes_per_second=arguments.relay_megabytes_per_second,
        addresses=tuple(arguments.address),
    )
    # What nobody but a test would change.
    vars(site)["PROVE_SECONDS"] = arguments.prove_seconds
    vars(device_socket)["HEARTBEAT_SECONDS"] = arguments.heartbeat_seconds
    if arguments.stall_seconds:
        _stall(arguments.stall_seconds)
    configure_logging()
    try:
        return uvloop.run(serve(options, wrap_perform=lambda perform: _dying(perform, arguments.die_before)))
    except CannotStart as error:
        print(error)  # noqa: T201
        return EXIT_CANNOT_START


def _stall(seconds: float) -> None:
    put = SqliteMailbox.put

    def put_slowly(mailbox: SqliteMailbox, pair: Pair, items: Sequence[tuple[int, bytes]], served: float) -> Pair:
        if items[0][0] == 100:
            time.sleep(seconds)
        return put(mailbox, pair, items, served)

    SqliteMailbox.put = put_slowly  # type: ignore[method-assign, assignment]


def _dying(perform: Perform, frame_name: str) -> Perform:
    def perform_or_die(effect: Effect) -> None:
        if isinstance(effect, Send) and type(effect.frame).__name__ == frame_name:
            os.kill(os.getpid(), signal.SIGKILL)
        perform(effect)

    return perform_or_die


if __name__ == "__main__":
    raise SystemExit(main())
