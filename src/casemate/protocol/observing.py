"""What the server's observer says: the address that it sees its caller at. See docs/protocol/paths.md."""

from typing import Final

OBSERVE_ALPN: Final = b"casemate/observe/1"

SEEN_BYTES: Final = 64
"""The observer opens one stream in one direction, writes `IP:PORT` or `[IPv6]:PORT` in ASCII, and finishes it."""
