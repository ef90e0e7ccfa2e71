"""Multicast DNS on one network interface, which hears and is told nothing of the others."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from itertools import islice
from typing import Final

from zeroconf import (  # type: ignore[attr-defined]
    DNSOutgoing,
    DNSPointer,
    DNSQuestion,
    Error,
    IPVersion,
    RecordUpdate,
    RecordUpdateListener,
    Zeroconf,
    current_time_millis,
)
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from casemate.internal_service.adapters.lan.announcement import (
    SERVICE_TYPE,
    Announcement,
    label_of,
    read_announcement,
)
from casemate.internal_service.adapters.lan.interfaces import Interface

RECORD_SECONDS: Final = 1_200
"""For how long others may believe an announcement; tags change sooner."""
FIRST_QUESTION_SECONDS: Final = (0.02, 0.12)
"""Drawn by lot, so that computers that wake together do not ask together (RFC 6762, 5.2)."""
QUESTION_PAUSES_SECONDS: Final = (1.0, 2.0, 4.0, 60.0)
KNOWN_ANSWERS: Final = 64
LABELS_OF_A_PACKET: Final = 32
INCOMPLETE_AT_ONCE: Final = 16
"""Announcements whose parts did not come together, and are asked for."""
INCOMPLETE_SECONDS: Final = 3.0
START_SECONDS: Final = 5.0

_IN: Final = 1
_QUERY: Final = 0
_POINTER: Final = 12

Heard = Callable[[Announcement, tuple[str, ...]], None]
"""Somebody announces this, with these addresses."""
Gone = Callable[[str], None]


class Segment(RecordUpdateListener):
    """Open it once; closing says goodbye."""

    def __init__(self, interface: Interface, heard: Heard, gone: Gone) -> None:
        self._interface = interface
        self._heard = heard
        self._gone = gone
        self._shown: dict[Announcement, AsyncServiceInfo] = {}
        self._touched: set[str] = set()
        self._incomplete: dict[str, asyncio.Task[None]] = {}
        senders: list[str | int] = [interface.v4] if interface.v4 is not None else []
        if interface.has_v6:
            senders.append(interface.index)
        self._wanted_senders = len(senders)
        version = IPVersion.All if len(senders) == 2 else IPVersion.V6Only if interface.has_v6 else IPVersion.V4Only
        self._mdns = AsyncZeroconf(senders, ip_version=version)
        self._asking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Raises an exception of zeroconf's when the sockets cannot be used."""
        # Before the first packet can come: what is in the library's cache already is not told again.
        self._mdns.zeroconf.async_add_listener(self, None)
        await self._mdns.zeroconf.async_wait_for_start(START_SECONDS)
        self._asking = asyncio.create_task(self._ask_on())

    async def mend(self) -> None:
        """Take into use what could not be used when the interface was still new, such as its IPv6 address."""
        if len(self._mdns.zeroconf.engine.senders) < self._wanted_senders:
            await self._mdns.async_update_interfaces()
            if len(self._mdns.zeroconf.engine.senders) == self._wanted_senders:
                self._ask()

    async def show(self, announcements: set[Announcement]) -> None:
        """Announce these and take back all others."""
        old = [info for shown, info in self._shown.items() if shown not in announcements]
        new = [announcement for announcement in announcements if announcement not in self._shown]
        self._shown = {shown: info for shown, info in self._shown.items() if shown in announcements}
        self._shown |= {announcement: self._records_of(announcement) for announcement in new}
        sent = [await self._mdns.async_unregister_service(info) for info in old]
        for announcement in new:
            # Names of 64 random bits need no probing for others of the same name.
            info = self._shown[announcement]
            sent.append(await self._mdns.async_register_service(info, cooperating_responders=True))
        await asyncio.gather(*sent)

    async def close(self) -> None:
        tasks = [*self._incomplete.values(), *([self._asking] if self._asking is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # An interface that is gone takes no goodbye.
        with contextlib.suppress(OSError, RuntimeError, Error):
            await self._mdns.async_close()

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:
        """Called by zeroconf with whatever anybody says here, about printers, too."""
        for record in (update.new for update in records):
            pointer = record if isinstance(record, DNSPointer) and record.name.lower() == SERVICE_TYPE else None
            label = label_of(pointer.alias if pointer is not None else record.name)
            if label is None:
                continue
            if not record.is_expired(now):
                self._touched.add(label)
            elif pointer is not None:
                self._gone(label)

    def async_update_records_complete(self) -> None:
        touched, self._touched = self._touched, set()
        for label in islice(touched, LABELS_OF_A_PACKET):
            info = AsyncServiceInfo(SERVICE_TYPE, f"{label}.{SERVICE_TYPE}")
            if info.load_from_cache(self._mdns.zeroconf):
                self._tell(info)
            elif len(self._incomplete) < INCOMPLETE_AT_ONCE and label not in self._incomplete:
                self._incomplete[label] = asyncio.create_task(self._complete(label, info))

    async def _complete(self, label: str, info: AsyncServiceInfo) -> None:
        try:
            with contextlib.suppress(Error):
                if await info.async_request(self._mdns.zeroconf, INCOMPLETE_SECONDS * 1000):
                    self._tell(info)
        finally:
            del self._incomplete[label]

    def _tell(self, info: AsyncServiceInfo) -> None:
        announcement = read_announcement(info.name, info.server or "", info.port, info.text)
        if announcement is not None:
            self._heard(announcement, tuple(info.parsed_addresses()))

    def _records_of(self, announcement: Announcement) -> AsyncServiceInfo:
        return AsyncServiceInfo(
            SERVICE_TYPE,
            announcement.instance,
            announcement.port,
            properties=announcement.text,
            server=announcement.host,
            host_ttl=RECORD_SECONDS,
            other_ttl=RECORD_SECONDS,
            parsed_addresses=[str(address.ip) for address in self._interface.addresses],
        )

    async def _ask_on(self) -> None:
        await asyncio.sleep(random.uniform(*FIRST_QUESTION_SECONDS))
        pauses = iter(QUESTION_PAUSES_SECONDS)
        while True:
            self._ask()
            await asyncio.sleep(next(pauses, QUESTION_PAUSES_SECONDS[-1]))

    def _ask(self) -> None:
        """Who is here? Those whom we know keep quiet."""
        mdns, now = self._mdns.zeroconf, current_time_millis()
        question = DNSOutgoing(_QUERY)
        question.add_question(DNSQuestion(SERVICE_TYPE, _POINTER, _IN))
        # A name that is none of ours may be one that cannot be written.
        known = mdns.cache.async_all_by_details(SERVICE_TYPE, _POINTER, _IN)
        fresh = (one for one in known if isinstance(one, DNSPointer) and label_of(one.alias) and not one.is_stale(now))
        for record in islice(fresh, KNOWN_ANSWERS):
            question.add_answer_at_time(record, now)
        mdns.async_send(question)
