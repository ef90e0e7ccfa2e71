"""A process in which nothing was repaired yet: `python -m` this says what the repair of the library's glue changes.

It has to be a process of its own: the glue cannot be loaded twice into one, since the library calls back into the last.
"""

import json
import sys
import types

import iroh

from casemate.runtime.quic_copying import repair_copying

SIZES = (0, 1, 15, 16, 17, 4096, 1_000_003)


def written(glue: types.ModuleType, data: bytes | memoryview) -> bytes:
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


def main() -> None:
    samples = [bytes(number % 251 for number in range(size)) for size in SIZES]
    before = [written(iroh.iroh_ffi, sample) for sample in samples]
    repaired = [repair_copying(iroh.iroh_ffi), repair_copying(iroh.iroh_ffi)]
    after = [written(iroh.iroh_ffi, sample) for sample in samples]
    views = [written(iroh.iroh_ffi, memoryview(sample)) for sample in samples]
    sys.stdout.write(
        json.dumps({"repaired": repaired, "same": before == after == views, "sizes": [len(each) for each in before]})
    )


if __name__ == "__main__":
    main()
