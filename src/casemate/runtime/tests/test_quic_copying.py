"""The repair of slow copying: needed by the release we pin, harmless for one that is fixed."""

import json
import subprocess
import sys
import types

import iroh

from casemate.runtime.quic_copying import repair_copying
from casemate.runtime.tests.glue_as_installed import SIZES


def test_the_pinned_release_copies_one_by_one_and_is_repaired_once_to_write_the_same() -> None:
    command = [sys.executable, "-m", "casemate.runtime.tests.glue_as_installed"]
    told = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    assert told == {"repaired": [True, False], "same": True, "sizes": [4 + size + 8 for size in SIZES]}


def test_a_fixed_release_is_left_alone() -> None:
    class FixedBuilder:
        def write(self, value: bytes) -> None:
            memoryview(bytearray(len(value)))[:] = value

        def _pack_into(self, size: int, layout: str, value: float) -> None:
            pass

    fixed = types.ModuleType("fixed")
    fixed._UniffiRustBufferBuilder = FixedBuilder  # type: ignore[attr-defined]
    methods = dict(vars(FixedBuilder))
    assert not repair_copying(fixed)
    assert dict(vars(FixedBuilder)) == methods


def test_the_library_in_use_is_repaired() -> None:
    from casemate.runtime import quic

    assert quic is not None
    assert not repair_copying(iroh.iroh_ffi)
