"""Who else has, or had, the username of an account: the same however it is typed, or only to the eye."""

from collections.abc import Iterable, Mapping, Sequence

from casemate.internal_service.core.account.rows import Peer
from casemate.protocol.ids import AccountId
from casemate.protocol.names import fold, skeleton_of_drawn

_Key = tuple[str, str]


class Namesakes:
    """A look at everybody we ever held, by what their usernames are and look like."""

    def __init__(self, peers: Iterable[Peer]) -> None:
        by_key: dict[_Key, list[Peer]] = {}
        for peer in peers:
            for key in _keys(peer.username):
                by_key.setdefault(key, []).append(peer)
        self._peers: Mapping[_Key, Sequence[Peer]] = by_key

    def of(self, account_id: AccountId, username: str) -> Peer | None:
        """Another account under this name; the one that was verified before all others."""
        others = [peer for key in _keys(username) for peer in self._peers.get(key, ()) if peer.account_id != account_id]
        return max(others, key=_weight, default=None)


def _weight(peer: Peer) -> tuple[bool, bool, bytes]:
    return peer.verified, peer.relation == "registered", peer.account_id


def _keys(username: str) -> tuple[_Key, _Key]:
    return ("folded", fold(username)), ("drawn", skeleton_of_drawn(username))
