"""How a large transfer between peers begins: docs/protocol/paths.md, the connection."""

from dataclasses import dataclass
from typing import Final, NewType, Self

from casemate.protocol.errors import MalformedFrame

TRANSFER_ID_BYTES: Final = 16
HEADER_BYTES: Final = 1 + TRANSFER_ID_BYTES
ANSWER_BYTES: Final = 4
"""The reader answers with how many bytes it has taken since the last time, big-endian, again and again."""

TransferId = NewType("TransferId", bytes)


@dataclass(frozen=True, slots=True)
class BulkHeader:
    """The first bytes of a transfer's stream; everything after them is its content, which the peers have sealed."""

    kind: int
    """What the content is, 0 to 255."""
    transfer_id: TransferId

    def encoded(self) -> bytes:
        assert len(self.transfer_id) == TRANSFER_ID_BYTES
        return bytes((self.kind,)) + self.transfer_id

    @classmethod
    def decoded(cls, data: bytes) -> Self:
        """Raises MalformedFrame."""
        if len(data) != HEADER_BYTES:
            raise MalformedFrame(f"the header of a transfer has {HEADER_BYTES} bytes, not {len(data)}")
        return cls(data[0], TransferId(data[1:]))
