"""A kept service that is moved elsewhere, in whichever order its end and its next start are noticed."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from casemate.cli.children import Child
from casemate.cli.keeping import SupervisedService
from casemate.runtime.listen import ListenAddress


class Hurried(Child):
    """Whoever stops it hears of its end only after the next one has started."""

    def __init__(self, listen: str, started: asyncio.Event) -> None:
        self.listen = listen
        self._started = started
        self._gone = asyncio.Event()

    async def ready(self) -> str:
        self._started.set()
        return f"https://{self.listen}/"

    async def ended(self, heard: Callable[[bytes], None]) -> int:
        await self._gone.wait()
        return 0

    async def stop(self) -> int:
        self._started.clear()
        self._gone.set()
        await self._started.wait()
        return 0


async def test_one_that_runs_elsewhere_before_its_end_is_noticed_was_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    started = asyncio.Event()

    async def start(_name: str, options: Sequence[str]) -> Child:
        return Hurried(options[options.index("--listen") + 1], started)

    monkeypatch.setattr(Child, "start", start)
    service = SupervisedService("server", ListenAddress("127.0.0.1", 7), [], lambda _sentence: None)
    await service.start()
    keeping = asyncio.create_task(service.keep())
    await asyncio.sleep(0)  # it keeps it from now on
    there = ListenAddress("192.168.1.5", 7)
    await asyncio.wait_for(service.move(there), 10)
    assert service.listen == there
    keeping.cancel()
