"""What happened in a simulated world, line by line: the same seed tells the same story."""

import hashlib
from dataclasses import dataclass, field


@dataclass
class Story:
    """Lines with the virtual second they happened at; kept only when somebody wants to read them."""

    keep: bool = False
    lines: list[str] = field(default_factory=list)
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def tell(self, seconds: float, line: str) -> None:
        text = f"{seconds:12.4f}  {line}"
        self._digest.update(text.encode())
        if self.keep:
            self.lines.append(text)

    @property
    def hash(self) -> str:
        """Equal for two runs in which the same things happened at the same times."""
        return self._digest.hexdigest()[:16]
