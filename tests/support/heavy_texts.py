"""Messages that cost their reader's browser the most, each nearly as large as a message may be."""

from typing import Final

HEAVY_TEXTS: Final = {
    "combining marks": "e" + "\u0301" * 420_000,
    "links": "https://a.example/ " * 52_000,
    "lines": "a\n" * 400_000,
    "words": "some words " * 90_000,
    "one word": "x" * 1_000_000,
    "brackets": "https://a.example/" + "(" * 500_000 + ")" * 400_000,
}
