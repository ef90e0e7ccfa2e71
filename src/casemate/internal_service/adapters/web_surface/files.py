"""The UI's built files: hashed ones are kept for ever, the page itself is asked for again, text goes compressed."""

import asyncio
import gzip
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from aiohttp import hdrs, web

from casemate.internal_service.adapters.web_surface.headers import ASKED_AGAIN, KEPT_FOR_EVER

ASSETS: Final = "assets"
INDEX: Final = "index.html"
_HASHED: Final = re.compile(rf"{ASSETS}/.+-[\w-]{{8}}\.\w+")
"""What has another name when it has other contents; not every asset does."""
_WORTH_COMPRESSING: Final = 1024
_TYPES: Final = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Said here and not looked up: the computer's own table of types may say anything."""
_TEXT: Final = frozenset({".html", ".js", ".css", ".svg", ".json", ".webmanifest"})


@dataclass(frozen=True, slots=True)
class _File:
    modified_ns: int
    content: bytes
    compressed: bytes | None
    content_type: str


class UiFiles:
    """Files are read when they are asked for first, and again when a build has replaced them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, _File] = {}

    async def response(self, path: str, accept_encoding: str) -> web.Response | None:
        """A file, or the page for one of the UI's own routes; None when there is no such file."""
        name = path.strip("/")
        is_route = not name or ("." not in PurePosixPath(name).name and not name.startswith(f"{ASSETS}/"))
        file = await asyncio.to_thread(self._read, INDEX if is_route else name)
        if file is None:
            return None
        keep = KEPT_FOR_EVER if _HASHED.fullmatch(name) else ASKED_AGAIN
        headers = {**keep, hdrs.VARY: hdrs.ACCEPT_ENCODING, hdrs.CONTENT_TYPE: file.content_type}
        if file.compressed is not None and "gzip" in accept_encoding:
            return web.Response(body=file.compressed, headers={**headers, hdrs.CONTENT_ENCODING: "gzip"})
        return web.Response(body=file.content, headers=headers)

    def _read(self, name: str) -> _File | None:
        parts = PurePosixPath(name).parts
        if not parts or any(part in ("..", "/") or "\\" in part or "\0" in part for part in parts):
            return None
        path = self._folder.joinpath(*parts)
        try:
            modified_ns = path.stat().st_mtime_ns
            kept = self._kept.get(name)
            if kept is not None and kept.modified_ns == modified_ns:
                return kept
            content = path.read_bytes()
        except (OSError, ValueError):
            return None
        file = _File(modified_ns, content, _compressed(path, content), _content_type(path))
        self._kept[name] = file
        return file


def _compressed(path: Path, content: bytes) -> bytes | None:
    if path.suffix not in _TEXT or len(content) < _WORTH_COMPRESSING:
        return None
    return gzip.compress(content, 6, mtime=0)


def _content_type(path: Path) -> str:
    kind = _TYPES.get(path.suffix, "application/octet-stream")
    return f"{kind}; charset=utf-8" if path.suffix in _TEXT else kind
