"""Names of deleted accounts: whoever agreed with somebody leaves a name that stands for them for a while.

A name that never was anybody's contact is free at once. Time is the time the server has served.
"""

from math import ceil

from casemate.node import Instant
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import DAY_SECONDS, KEPT_NAMES, NAME_KEPT_SECONDS
from casemate.server.core.names import Username
from casemate.server.core.ports import ServerStore, StoredAccount
from casemate.server.core.refusals import Refusal
from casemate.server.core.served_time import ServedTime


class KeptNames:
    def __init__(self, store: ServerStore, served_time: ServedTime) -> None:
        self._rows = store.kept_names
        self._served_time = served_time

    def leaves(self, account: StoredAccount, now: Instant) -> None:
        """Its row is about to go."""
        if account.had_peers:
            self._rows.keep(account.account_id, self._served_time.at(now) + NAME_KEPT_SECONDS, KEPT_NAMES)

    def check(self, username: Username, account_id: AccountId, now: Instant) -> None:
        """Raises RequestRefused when another account had this name, or one that looks like it, until lately."""
        served = self._served_time.at(now)
        for kept in self._rows.like(username.folded, username.skeleton):
            if kept.account_id != account_id and kept.free_at > served:
                days = ceil((kept.free_at - served) / DAY_SECONDS)
                raise Refusal("username_kept_back", username=username.shown, days=str(days))

    def comes_back(self, account_id: AccountId) -> None:
        """Under whatever name: what is an account's again need not be kept for it."""
        self._rows.give_back(account_id)
