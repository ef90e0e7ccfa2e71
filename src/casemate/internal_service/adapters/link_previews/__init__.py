"""Previews of links: asks the page, and says what it says of itself."""

import asyncio
from collections.abc import Callable
from typing import Final

from casemate.internal_service.adapters.link_previews.fetching import Internet, fetch_page
from casemate.internal_service.adapters.link_previews.page_texts import page_texts
from casemate.internal_service.core.ground.effects import FetchLinkPreview
from casemate.internal_service.core.ground.events import LinkPreviewFetched
from casemate.internal_service.core.ground.refusals import Refused, reason, refuse
from casemate.node import Event
from casemate.protocol.link_previews import LinkPreview, host_of, link_preview

AT_ONCE: Final = 2
"""More wait for their turn."""


class LinkPreviews:
    """`is_direct` says whether a host is reached without a proxy. Effects come on the event loop."""

    def __init__(
        self, post: Callable[[Event], object], is_direct: Callable[[str], bool], internet: Internet | None = None
    ) -> None:
        self._post = post
        self._is_direct = is_direct
        self._internet = internet or Internet()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    def perform(self, effect: FetchLinkPreview) -> None:
        task = asyncio.get_running_loop().create_task(self._fetch(effect))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _fetch(self, effect: FetchLinkPreview) -> None:
        async with self._turns:
            try:
                preview = await self._made(effect.url)
            except Refused as refused:
                self._post(LinkPreviewFetched(effect.token, None, refused.reason))
            except Exception:
                # Whatever a page can bring about: the one who asked is told, and nobody waits for it.
                self._post(LinkPreviewFetched(effect.token, None, reason("preview_unreachable")))
                raise
            else:
                self._post(LinkPreviewFetched(effect.token, preview, None))

    async def _made(self, url: str) -> LinkPreview:
        """Raises Refused."""
        host = host_of(url)
        if host is None:
            raise refuse("preview_not_public")
        if not self._is_direct(host):
            raise refuse("preview_proxy")
        page = await fetch_page(url, self._internet)
        there = host_of(str(page.url)) or ""
        if there.removeprefix("www.") != host.removeprefix("www."):
            raise refuse("preview_elsewhere", host=there)
        texts = await asyncio.to_thread(page_texts, page.html)
        preview = link_preview(url, texts.title, texts.site, texts.description)
        if not preview.title:
            raise refuse("preview_nothing")
        return preview
