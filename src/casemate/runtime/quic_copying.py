"""Release 1.2.0 of iroh hands bytes to its library one at a time; here they are copied in one piece.

The generated glue of that release writes a buffer in a Python loop (7 MiB/s). A release that no longer does is left
alone: see docs/decisions/0100-one-file-imports-iroh.md.
"""

import ctypes
import struct
from types import ModuleType
from typing import Any

_COPIES_ONE_BY_ONE = "enumerate"
"""What the slow methods call and a fixed release has no use for."""


def repair_copying(glue: ModuleType) -> bool:
    """Replace the two slow methods; False when there is nothing to repair."""
    builder: Any = glue._UniffiRustBufferBuilder
    if _COPIES_ONE_BY_ONE not in builder.write.__code__.co_names:
        return False
    reserve = glue._UniffiRustBuffer.reserve

    def append(self: Any, data: bytes, size: int) -> None:
        buffer = self.rbuf
        if buffer.len + size > buffer.capacity:
            buffer = self.rbuf = reserve(buffer, size)
        ctypes.memmove(ctypes.addressof(buffer.data.contents) + buffer.len, data, size)
        buffer.len += size

    def write(self: Any, value: bytes | bytearray | memoryview) -> None:
        data = value if isinstance(value, bytes) else bytes(value)
        append(self, data, len(data))

    def pack_into(self: Any, size: int, layout: str, value: float) -> None:
        append(self, struct.pack(layout, value), size)

    builder.write, builder._pack_into = write, pack_into
    return True
