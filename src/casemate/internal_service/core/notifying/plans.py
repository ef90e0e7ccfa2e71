"""What is to change on a person's desktop: pure, from what should stand there and what does.

A notification rings when something new is in it, and then not again for its `gap`: what somebody else can make happen
as often as they like must not ring as often. What only says something else, since its message was edited or another
one was read, takes the place of what stands there without a sound.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from casemate.protocol.client.notification_views import NotificationSettings
from casemate.protocol.ids import Cid, ConversationId, MessageId, SocketId

About = Literal["messages", "asks", "agreed", "many"]

RING_SECONDS: Final = 10.0
"""Between two rings of one conversation."""
STRANGERS_RING_SECONDS: Final = 600.0
"""The same of people who ask, and of those who agreed: nobody knows how many of them one server makes up."""
BUNDLED_ABOVE: Final = 6
"""So many conversations of one account have a notification each; more are one notification until none is left but
one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to stand under one key."""

    about: About
    account: Cid
    conversation: ConversationId | None
    title: str = field(repr=False)
    body: str = field(repr=False)
    newest: int
    """Grows when something new is in it, and never else."""
    message: MessageId | None = None
    """Where to begin to read."""

    @property
    def is_of_strangers(self) -> bool:
        return self.about in ("asks", "agreed")

    @property
    def gap(self) -> float:
        return STRANGERS_RING_SECONDS if self.is_of_strangers else RING_SECONDS


@dataclass(frozen=True, slots=True)
class Standing:
    """What was shown, and by whom: a view, or (None) this computer."""

    wanted: Wanted
    at: SocketId | None


@dataclass(frozen=True, slots=True)
class Rung:
    """When (monotonic) a key rang last, and what the newest thing in it was."""

    newest: int
    at: float


@dataclass(frozen=True, slots=True)
class Put:
    key: str
    wanted: Wanted
    ring: bool


@dataclass(frozen=True, slots=True)
class Take:
    """By who put it there."""

    key: str
    at: SocketId | None


@dataclass(frozen=True, slots=True)
class Plan:
    put: tuple[Put, ...]
    take: tuple[Take, ...]
    due: float | None
    """When (monotonic) something that has to wait now may be shown."""


def plan(
    wanted: Mapping[str, Wanted],
    standing: Mapping[str, Standing],
    rung: Mapping[str, Rung],
    at: SocketId | None,
    now: float,
) -> Plan:
    """From now on `at` shows what is new; what others showed is taken away by them."""
    put: list[Put] = []
    take = [Take(key, shown.at) for key, shown in standing.items() if key not in wanted]
    waits: list[float] = []
    for key, each in wanted.items():
        shown, rang = standing.get(key), rung.get(key)
        if shown is not None and shown.wanted == each:
            continue
        is_new = rang is None or each.newest > rang.newest
        ring = is_new and (rang is None or now - rang.at >= each.gap)
        if is_new and not ring and each.is_of_strangers and rang is not None:
            waits.append(rang.at + each.gap)  # seen is noticed, too
            continue
        if shown is not None and shown.at != at:
            take.append(Take(key, shown.at))
        put.append(Put(key, each, ring))
    return Plan(tuple(put), tuple(take), min(waits, default=None))


def is_bundled(conversations: int, was_bundled: bool) -> bool:
    """Whether so many of one account are one. Not to and fro with each message that is read."""
    return conversations > (1 if was_bundled else BUNDLED_ABOVE)


def is_quiet(settings: NotificationSettings, minute: int) -> bool:
    """At this minute of the day. Hours that begin after they end go over midnight; of equal ones there are none."""
    if settings.quiet != "hours":
        return settings.quiet == "always"
    first, end = settings.quiet_from, settings.quiet_to
    return first <= minute < end if first <= end else minute >= first or minute < end
