"""Who is told that somebody is here: registered peers only, and never against that somebody's wish."""

from casemate.node import Effect, Instant
from casemate.protocol.ids import AccountId
from casemate.protocol.link import Presence, RequestDone, SetVisibility
from casemate.server.core.endpoints import Endpoints
from casemate.server.core.events import Send
from casemate.server.core.links import DeviceLink, Links
from casemate.server.core.ports import ServerStore


class Presences:
    def __init__(self, store: ServerStore, links: Links, endpoints: Endpoints) -> None:
        self._store = store
        self._links = links
        self._endpoints = endpoints

    def came(self, account_id: AccountId, now: Instant) -> list[Effect]:
        """The first device of an account is here."""
        account = self._store.accounts.account(account_id)
        if account is None or account.appear_offline or account.shown_online:
            return []
        return self._show(account_id, online=True, now=now)

    def left(self, account_id: AccountId, now: Instant) -> list[Effect]:
        """The last device of an account is gone."""
        account = self._store.accounts.account(account_id)
        if account is None or not account.shown_online:
            return []
        return self._show(account_id, online=False, now=now)

    def set_visibility(self, link: DeviceLink, frame: SetVisibility, now: Instant) -> list[Effect]:
        """Appear offline, or be seen again."""
        self._store.accounts.set_appear_offline(link.account_id, appear_offline=frame.appear_offline)
        change = self.left if frame.appear_offline else self.came
        return [
            *change(link.account_id, now),
            *self._endpoints.changed(link.account_id),
            Send(link.connection, RequestDone(frame.request_id)),
        ]

    def tell(self, viewer: AccountId, about: AccountId) -> list[Effect]:
        """How one account may see another, to the first one's devices that are here."""
        row = self._store.directory.presence(viewer, about)
        if row is None:
            return []
        return [Send(link.connection, Presence(row)) for link in self._links.of_account(viewer)]

    def _show(self, account_id: AccountId, *, online: bool, now: Instant) -> list[Effect]:
        self._store.accounts.set_shown(account_id, online=online, since=now.wall)
        blocked = set(self._store.registrations.blocked_by(account_id))
        effects: list[Effect] = []
        for peer in self._store.registrations.peers(account_id):
            if self._links.is_online(peer) and peer not in blocked:
                effects += self.tell(peer, account_id)
        return effects
