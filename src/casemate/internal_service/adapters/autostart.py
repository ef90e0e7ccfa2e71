"""What starts with this computer, looked at and changed for whoever sits at our own UI."""

import asyncio
from collections.abc import Sequence

import structlog

from casemate.internal_service.core.ground.effects import AskAutostart
from casemate.internal_service.core.ground.events import AutostartSeen
from casemate.internal_service.core.ground.refusals import reason
from casemate.protocol.client.views import Reason
from casemate.runtime.autostart import CannotAutostart, Found, look, turn_off, turn_on
from casemate.runtime.event_queue import EventQueue

log = structlog.get_logger("casemate.autostart")


class Autostart:
    """`command` is what would start with the computer. Nothing is kept between two questions."""

    def __init__(self, events: EventQueue, command: Sequence[str]) -> None:
        self._events = events
        self._command = tuple(command)
        self._one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def perform(self, effect: AskAutostart) -> None:
        task = asyncio.create_task(self._answer(effect))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """What was begun is finished: half of it would be worse."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _answer(self, asked: AskAutostart) -> None:
        async with self._one_at_a_time:
            self._events.post(await asyncio.to_thread(self._seen, asked))

    def _seen(self, asked: AskAutostart) -> AutostartSeen:
        try:
            if asked.turn is not None:
                turn_on(self._command) if asked.turn else turn_off()
        except CannotAutostart as error:
            log.warning("autostart not changed", code=error.code)
            return AutostartSeen(asked.token, "unavailable", refused=_reason(error))
        try:
            found = look()
        except CannotAutostart as error:
            return AutostartSeen(asked.token, "unavailable", _reason(error))
        if found.is_for(self._command):
            return AutostartSeen(asked.token, "on", before_login=found.before_login)
        return AutostartSeen(asked.token, "off", _instead(found))


def _instead(found: Found) -> Reason | None:
    """What starts in the place of what runs here."""
    if found.file is None:
        return None
    return reason("autostart_other" if found.is_there else "autostart_gone", command=" ".join(found.command))


def _reason(error: CannotAutostart) -> Reason:
    return reason(error.code, **error.params)
