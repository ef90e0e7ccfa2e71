"""What the figures were measured on: processor, kernel, versions, and how fast the disk really syncs."""

import os
import platform
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import apsw
import psutil

SYNCS = 500
BLOCK = b"\x5a" * 4096


@dataclass(frozen=True)
class Quantiles:
    """Of a sample, in its own unit."""

    p50: float
    p99: float
    worst: float

    @classmethod
    def of(cls, sample: list[float]) -> "Quantiles":
        ordered = sorted(sample)
        return cls(_at(ordered, 0.50), _at(ordered, 0.99), ordered[-1])

    def __str__(self) -> str:
        return f"p50 {self.p50:.2f}, p99 {self.p99:.2f}, worst {self.worst:.2f}"


def p95(sample: list[float]) -> float:
    return _at(sorted(sample), 0.95)


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def sync_milliseconds(directory: Path) -> Quantiles:
    """Append 4 KiB and wait until the disk has it, many times."""
    sample = []
    with (directory / "sync").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            began = time.perf_counter()
            file.write(BLOCK)
            os.fdatasync(file.fileno())
            sample.append((time.perf_counter() - began) * 1e3)
    return Quantiles.of(sample)


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def description() -> str:
    """Markdown lines that belong beside every figure."""
    with tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory:
        syncs = sync_milliseconds(Path(directory))
    return "\n".join(
        (
            f"* processor: {processor()}, {os.cpu_count()} cores",
            f"* memory: {psutil.virtual_memory().total / 2**30:.0f} GiB",
            f"* kernel: {platform.system()} {platform.release()}",
            f"* Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()}",
            f"* fsync of 4 KiB in the temporary directory, ms: {syncs}",
            f"* load when it began: {os.getloadavg()[0]:.1f}",
        )
    )


def print_heading(title: str) -> None:
    print(f"# {title}\n\n{description()}\n", flush=True)


if __name__ == "__main__":
    print(description())
    sys.exit(0)
