"""SIGTERM and Ctrl-C ask a service to finish what it is doing and leave."""

import asyncio
import signal


def shutdown_requested() -> asyncio.Event:
    """An event that is set by the first SIGTERM or SIGINT; a second one ends the process at once, as usual.

    Called on the running event loop, before the service says that it is ready.
    """
    requested = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        requested.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)
    return requested
