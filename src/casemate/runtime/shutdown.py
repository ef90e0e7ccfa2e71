"""SIGTERM, Ctrl-C and a terminal that is closed ask a service to finish what it is doing and leave."""

import asyncio
import signal


def shutdown_requested() -> asyncio.Event:
    """An event that is set by the first SIGTERM, SIGINT or SIGHUP; a second one ends the process at once, as usual.

    Not so SIGHUP: a terminal that is closed sends it several times, and nobody is impatient. Where it is ignored, it
    stays so. Called on the running event loop, before the service says that it is ready.
    """
    requested = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        requested.set()
        if number != signal.SIGHUP:
            loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or ends_with_its_terminal():
            loop.add_signal_handler(number, on_signal, number)
    return requested


def ends_with_its_terminal() -> bool:
    """Not so under nohup, which has us ignore that the terminal is closed."""
    return signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
