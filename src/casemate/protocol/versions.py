"""Version ranges: both sides say what they speak, the highest common version wins."""

from typing import Final

LINK_VERSIONS: Final = (2, 2)
"""Lowest and highest version of the link this program speaks."""
PEER_VERSIONS: Final = (2, 2)
"""Lowest and highest version that this program speaks on a connection between peers."""

INVITES_FEATURE: Final = "invites"
"""Of a server: it takes PutInvite and EndInvite, and lets in by invitation. Of a device: it can come by one, and knows
what a server says that lets in nobody else."""


class NoCommonVersion(Exception):
    """The ranges do not meet; `must_update` names the side whose program is too old."""

    def __init__(self, must_update: str) -> None:
        super().__init__(f"no common version: the {must_update} must be updated")
        self.must_update = must_update


def highest_common(ours: tuple[int, int], theirs: tuple[int, int], *, our_name: str, their_name: str) -> int:
    """The version to speak. Raises NoCommonVersion."""
    highest = min(ours[1], theirs[1])
    if highest < max(ours[0], theirs[0]):
        raise NoCommonVersion(our_name if ours[1] < theirs[0] else their_name)
    return highest
