"""The repair of slow copying: needed by the release we pin, harmless for one that is fixed."""

import importlib.util
import types

import iroh
import pytest

from casemate.runtime.quic_copying import repair_copying


@pytest.fixture
def glue() -> types.ModuleType:
    """The library's glue as it was installed, whatever has been repaired in this process."""
    assert iroh.iroh_ffi.__file__ is not None
    spec = importlib.util.spec_from_file_location("iroh.fresh_copy_of_the_glue", iroh.iroh_ffi.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(glue: types.ModuleType, data: bytes) -> bytes:
    """What the library gets to see of some bytes, with a number before and after them."""
    builder = glue._UniffiRustBufferBuilder()
    builder.write_i32(len(data))
    builder.write(data)
    builder.write_double(0.5)
    buffer = builder.finalize()
    try:
        return bytes(buffer.data[: buffer.len])
    finally:
        buffer.free()


def test_the_pinned_release_copies_one_by_one_and_is_repaired_once(glue: types.ModuleType) -> None:
    assert repair_copying(glue)
    assert not repair_copying(glue)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 4096, 1_000_003])
def test_the_repaired_methods_write_what_the_old_ones_wrote(glue: types.ModuleType, size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    before = written(glue, data)
    repair_copying(glue)
    assert written(glue, data) == before
    assert written(glue, memoryview(data)) == before  # type: ignore[arg-type]


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
