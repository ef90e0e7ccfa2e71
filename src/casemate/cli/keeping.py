"""A service that is started again whenever it ends by itself, more and more slowly, until somebody ends us."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Final, NoReturn
from urllib.parse import urlsplit

from casemate.cli.children import Child
from casemate.runtime.errors import CannotStart
from casemate.runtime.listen import ListenAddress
from casemate.runtime.shutdown import ends_with_its_terminal, shutdown_requested

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 60.0
STEADY_SECONDS: Final = 60.0
"""After so long the next end is a first one again."""


class SupervisedService:
    """`say` gets sentences for whoever runs us. The port that the first start was given stays."""

    def __init__(
        self,
        name: str,
        listen: ListenAddress,
        options: Sequence[str],
        say: Callable[[str], None],
        options_at: Callable[[ListenAddress], Sequence[str]] = lambda _listen: (),
    ) -> None:
        """`options_at`: what else it is told, depending on where it listens."""
        self.name = name
        self._listen = listen
        self._options = list(options)
        self._options_at = options_at
        self._say = say
        self._child: Child | None = None
        self._is_waited_for = False
        self._word = ""
        self._moved: asyncio.Future[None] | None = None
        self.heard: Callable[[bytes], None] = lambda _line: None
        """Gets the lines that it writes to stdout."""

    @property
    def listen(self) -> ListenAddress:
        """With the port that it has, once it was started."""
        return self._listen

    async def launch(self) -> None:
        """Let it load its libraries; `start` goes on from there."""
        self._child = await Child.start(self.name, self._arguments())
        self._is_waited_for = True

    def _arguments(self) -> list[str]:
        return ["--listen", str(self._listen), *self._options, *self._options_at(self._listen)]

    async def start(self) -> str:
        """Start it; its URL once it accepts connections. Raises `CannotStart`."""
        if not self._is_waited_for:
            await self.launch()
        assert self._child is not None, "it was launched"
        self._is_waited_for = False
        if self._word:
            self._child.tell(self._word)
        url = await self._child.ready()
        address = urlsplit(url)
        self._listen = ListenAddress(address.hostname or self._listen.host, address.port or self._listen.port)
        return url

    def tell(self, word: str) -> None:
        """A line that it waits for at every start."""
        self._word = word

    def answer(self, line: str) -> None:
        """To what it asked; an end that comes in between leaves it without."""
        assert self._child is not None, "it asked"
        self._child.tell(line)

    async def move(self, listen: ListenAddress) -> None:
        """While it is kept: end it, and start it there. Raises `CannotStart`; then it is started again where it was."""
        assert self._child is not None, "it was started"
        assert self._moved is None, "one move after the other"
        before, self._listen = self._listen, listen
        moved = self._moved = asyncio.get_running_loop().create_future()
        await self._child.stop()
        try:
            await moved  # what keeps it may have started it already
        except CannotStart:
            self._listen = before
            raise

    async def keep(self) -> NoReturn:
        """Start it again whenever it ends."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE_SECONDS
        while True:
            assert self._child is not None, "it was started"
            began = loop.time()
            code = await self._child.ended(self.heard)
            if self._moved is not None:
                await self._arrive(self._moved)
                continue
            if loop.time() - began > STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            why = f"The {self.name} ended by itself (exit code {code})"
            while not await self._start_again(why, pause):
                why = f"The {self.name} does not start"
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _arrive(self, moved: asyncio.Future[None]) -> None:
        """Start it where it was moved to; what keeps it hears an end at once if that fails."""
        self._moved = None
        try:
            await self.start()
        except CannotStart as error:
            await self.stop()
            moved.set_exception(error)
        else:
            moved.set_result(None)

    async def stop(self) -> None:
        if self._child is not None:
            await self._child.stop()

    async def _start_again(self, why: str, pause: float) -> bool:
        self._say(f"{why}. It is started again in {pause:.0f} s.")
        await asyncio.sleep(pause)
        try:
            await self.start()
        except CannotStart as error:
            self._say(str(error))
            await self.stop()
            return False
        self._say(f"The {self.name} runs again.")
        if self._moved is not None:  # it was asked to move while it was down
            self._moved.set_result(None)
            self._moved = None
        return True


async def until_stopped(work: Coroutine[None, None, None], *services: SupervisedService) -> int:
    """Do this work until somebody asks for our end, then stop the services in this order; the exit code.

    Raises what the work raises.
    """
    stop = asyncio.create_task(shutdown_requested().wait())
    working = asyncio.create_task(work)
    try:
        await asyncio.wait((stop, working), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()  # raises why a service did not start
        return 0
    finally:
        working.cancel()
        stop.cancel()
        await asyncio.wait((working,))  # it may be starting a service again
        for service in services:
            await service.stop()


def how_it_stops(what: str) -> str:
    """A sentence for whoever started it in a terminal."""
    if ends_with_its_terminal():
        return f"Ctrl-C stops {what}, as closing this terminal does."
    return f"`kill {os.getpid()}` stops {what}; closing this terminal does not."


def say(sentence: str) -> None:
    """To whoever runs us."""
    sys.stderr.write(f"casemate: {sentence}\n")
    sys.stderr.flush()
