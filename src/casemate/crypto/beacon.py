"""Tags by which registered peers recognise each other on a local network, and nobody else anybody."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from casemate.crypto import labels
from casemate.crypto.identity import DeviceEntry, OwnDevice
from casemate.crypto.kdf import hkdf, hmac_sha256
from casemate.crypto.keys import BeaconKey, Entropy
from casemate.crypto.primitives import x25519_shared
from casemate.protocol.ids import DeviceId

SLOT_SECONDS: Final = 900
"""A tag is announced for so long; the neighbouring slots are recognised, too, because clocks differ."""
TAG_BYTES: Final = 8
TAGS_STEP: Final = 16
"""Random tags fill up to a multiple of this, so that a stranger learns a rounded number of contacts."""
MAX_TAGS: Final = 128
PAIRS_KEPT: Final = 4096

_KEY_BYTES: Final = 32


@dataclass(slots=True)
class _Pair:
    key: BeaconKey
    slot: int = -1
    theirs: frozenset[bytes] = frozenset()
    """What the peer announces to us in `slot` and its neighbours."""


class Beacons:
    """The tags of one device. Keeps what it derived for a peer: an agreement costs more than a thousand look-ups."""

    def __init__(self, device: OwnDevice) -> None:
        self._device = device
        self._pairs: dict[DeviceEntry, _Pair] = {}

    def tags(self, peers: Iterable[DeviceEntry], wall_seconds: float, entropy: Entropy) -> tuple[bytes, ...]:
        """What to announce until `slot_ends_at`, for the first 128 of these devices; the order of tags says nothing."""
        slot = _slot_at(wall_seconds)
        own = self._device.device_id
        tags = [_tag(self._pair(peer).key, slot, own) for peer in islice(peers, MAX_TAGS)]
        full = max(-(-len(tags) // TAGS_STEP), 1) * TAGS_STEP
        tags += [entropy(TAG_BYTES) for _ in range(full - len(tags))]
        return tuple(sorted(tags))

    def recognise(
        self, peers: Iterable[DeviceEntry], tags: Collection[bytes], wall_seconds: float
    ) -> tuple[DeviceEntry, ...]:
        """The devices among `peers` that announce these tags to us, or did so within the last two slots.

        Anybody may repeat a tag they heard: what is reached under the announced address must still prove its key.
        """
        slot = _slot_at(wall_seconds)
        heard = frozenset(tags)
        return tuple(peer for peer in peers if not heard.isdisjoint(self._theirs(peer, slot)))

    def _theirs(self, peer: DeviceEntry, slot: int) -> frozenset[bytes]:
        pair = self._pair(peer)
        if pair.slot != slot:
            near = range(max(slot - 1, 0), slot + 2)
            pair.slot, pair.theirs = slot, frozenset(_tag(pair.key, one, peer.device_id) for one in near)
        return pair.theirs

    def _pair(self, peer: DeviceEntry) -> _Pair:
        pair = self._pairs.get(peer)
        if pair is None:
            if len(self._pairs) >= PAIRS_KEPT:
                del self._pairs[next(iter(self._pairs))]
            pair = self._pairs[peer] = _Pair(_agree(self._device, peer))
        return pair


def slot_ends_at(wall_seconds: float) -> float:
    """When tags that are made now should be replaced."""
    return float((_slot_at(wall_seconds) + 1) * SLOT_SECONDS)


def _agree(device: OwnDevice, peer: DeviceEntry) -> BeaconKey:
    """Both devices come to the same key, which no third one can."""
    shared = x25519_shared(device.agreement, peer.agreement_key)
    first, second = sorted((device.device_id, peer.device_id))
    return BeaconKey(hkdf(b"", shared, labels.BEACON + first + second, _KEY_BYTES))


def _tag(key: BeaconKey, slot: int, announcer: DeviceId) -> bytes:
    """The announcer is part of it: our own tag, played back to us, is not the peer's."""
    return hmac_sha256(key.secret, slot.to_bytes(8, "big") + announcer)[:TAG_BYTES]


def _slot_at(wall_seconds: float) -> int:
    return max(int(wall_seconds), 0) // SLOT_SECONDS
