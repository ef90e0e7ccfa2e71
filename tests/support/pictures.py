"""Small JPEGs, true in what their head says, for those who never draw them."""


def jpeg(width: int = 256, height: int = 256, *, more: bytes = b"", scan: bytes = b"a picture") -> bytes:
    """`more` stands among its tables."""
    frame = b"\x08" + height.to_bytes(2) + width.to_bytes(2) + b"\x01\x01\x11\x00"
    head = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0") + segment(0xDB, bytes(65)) + more + segment(0xC0, frame)
    return b"\xff\xd8" + head + segment(0xC4, bytes(20)) + segment(0xDA, bytes(6)) + scan + b"\xff\xd9"


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2) + content
