"""A device's WebSocket, patient with slow networks."""

import asyncio

from aiohttp import web

from casemate.runtime.patience import Patience


class PatientSocket(Patience, web.WebSocketResponse):
    def transport_now(self) -> asyncio.WriteTransport | None:
        return self._req.transport if self._req is not None else None
