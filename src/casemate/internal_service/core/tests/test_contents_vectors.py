"""Golden vectors of what devices tell each other sealed: these bytes stay what they are."""

import json
from pathlib import Path

import msgspec
import pytest

from casemate.crypto.prekeys import BundleId
from casemate.internal_service.core.account.contents import (
    HandedSpares,
    ReceiptNote,
    Rekey,
    decode_control,
    decode_rekey,
    decode_spares,
    encode,
)
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.limits import SPARES_TAKEN

GOLDEN = json.loads((Path(__file__).parents[5] / "tests/vectors/contents.json").read_text(encoding="utf-8"))
SPARE = HandedSpares((BundleId(b"k" * 16),), (b"first bundle", b"second bundle"))
RECEIPT = ReceiptNote(9, 11, 7, (3,), (2,), (9, b"start 01"), ((4, b"start 00"),), ((9, 9),), takes_spares=True)


def test_a_hand_out_of_spare_bundles_is_written_and_read_as_recorded() -> None:
    recorded = bytes.fromhex(GOLDEN["spares"])
    assert encode(SPARE) == recorded
    assert decode_spares(recorded) == SPARE


def test_a_receipt_is_written_and_read_as_recorded() -> None:
    recorded = bytes.fromhex(GOLDEN["receipt"])
    assert encode(RECEIPT) == recorded
    assert decode_control(recorded) == RECEIPT


def test_a_receipt_from_before_there_were_spare_bundles_takes_none() -> None:
    note = decode_control(bytes.fromhex(GOLDEN["receipt_before_spares"]))
    assert isinstance(note, ReceiptNote)
    assert not note.takes_spares
    assert note.read == RECEIPT.read


def test_a_new_beginning_of_before_it_said_how_far_it_knows_is_told_all_again() -> None:
    """Just as one that says nothing of a restore."""
    assert decode_rekey(msgspec.msgpack.encode([True])) == Rekey(restored=True, delivered_up_to=0)
    assert decode_rekey(b"") == Rekey(restored=False, delivered_up_to=0)


@pytest.mark.parametrize(
    "handed",
    [
        HandedSpares((BundleId(b"short"),), ()),
        HandedSpares((BundleId(b"k" * 16),) * (SPARES_TAKEN + 1), ()),
        HandedSpares((), (b"bundle",) * (SPARES_TAKEN + 1)),
        HandedSpares((), (bytes(9_000),)),
    ],
    ids=["short id", "too many kept", "too many", "too large"],
)
def test_what_is_out_of_bounds_is_refused(handed: HandedSpares) -> None:
    with pytest.raises(MalformedFrame):
        decode_spares(encode(handed))
