"""What counts as somebody's picture, whatever bytes come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.internal_service.core.account.people.pictures import is_picture
from casemate.protocol.limits import PICTURE_BYTES, PICTURE_PIXELS
from tests.support.pictures import jpeg, segment

GOOD = jpeg()


def test_a_small_picture_is_one() -> None:
    assert is_picture(GOOD)
    assert is_picture(jpeg(1, 1))
    assert is_picture(jpeg(scan=bytes(PICTURE_BYTES - len(jpeg(scan=b"")))))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff\xd9",
        b"<svg onload='alert(1)'/>",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"RIFF\0\0\0\0WEBPVP8 " + bytes(100),
        GOOD[:-2],
        GOOD[:60] + b"\xff\xd9",
        jpeg(PICTURE_PIXELS + 1, 1),
        jpeg(1, PICTURE_PIXELS + 1),
        jpeg(0, 1),
        jpeg(65_535, 65_535),
        jpeg(scan=bytes(PICTURE_BYTES)),
    ],
    ids=range(12),
)
def test_what_is_none_or_would_keep_a_browser_busy_is_refused(data: bytes) -> None:
    assert not is_picture(data)


@pytest.mark.parametrize(
    ("marker", "content"),
    [
        (0xE1, b"Exif\0\0 where it was taken"),
        (0xE2, b"ICC_PROFILE\0"),
        (0xE0, b"anything else"),
        (0xED, b"Photoshop 3.0\0"),
        (0xFE, b"a comment"),
        (0xC2, b"\x08\x00\x10\x00\x10\x01\x01\x11\x00"),
        (0xC0, b"\x08\x00\x10\x00\x10\x01\x01\x11\x00"),
    ],
)
def test_nothing_but_the_picture_is_in_it(marker: int, content: bytes) -> None:
    assert not is_picture(jpeg(more=segment(marker, content)))


@given(st.binary(max_size=300))
def test_any_bytes_are_looked_at_in_peace(data: bytes) -> None:
    is_picture(data)
    is_picture(b"\xff\xd8" + data + b"\xff\xd9")
