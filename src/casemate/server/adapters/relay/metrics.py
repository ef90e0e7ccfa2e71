"""What the relay counts, for whoever runs the server: numbers only, no keys and no addresses."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class RelayMetrics:
    frames: int = 0
    """Passed on."""
    bytes: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    """Frames not passed on, by reason: queue_full, held_full, too_many_questions, busy, not_served."""
    refused: Counter[str] = field(default_factory=Counter)
    """Connections not let in, or ended, by reason."""
    gone: int = 0
    """Answers that an endpoint is not there, or may not be reached."""
    held: int = 0
    """Frames that waited for the core's word."""
    slowed: int = 0
    """Times that an account was read no further for a moment, because it sent more than its rate."""

    def text(self, connections: int, accounts: int) -> str:
        """In the text format that Prometheus reads."""
        lines = [
            *_metric("connections", "gauge", {"": connections}),
            *_metric("accounts", "gauge", {"": accounts}),
            *_metric("frames_total", "counter", {"": self.frames}),
            *_metric("bytes_total", "counter", {"": self.bytes}),
            *_metric("gone_total", "counter", {"": self.gone}),
            *_metric("held_total", "counter", {"": self.held}),
            *_metric("slowed_total", "counter", {"": self.slowed}),
            *_metric("dropped_total", "counter", _labelled(self.dropped)),
            *_metric("refused_total", "counter", _labelled(self.refused)),
        ]
        return "\n".join(lines) + "\n"


def _labelled(counter: Counter[str]) -> dict[str, int]:
    return {f'{{reason="{reason}"}}': number for reason, number in sorted(counter.items())}


def _metric(name: str, kind: str, values: dict[str, int]) -> list[str]:
    full = f"casemate_relay_{name}"
    return [f"# TYPE {full} {kind}", *(f"{full}{labels} {number}" for labels, number in values.items())]
