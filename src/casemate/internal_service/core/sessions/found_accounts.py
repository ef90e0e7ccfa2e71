"""Account files that this computer's list does not name: noticed at the start, kept, and opened with their password."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.effects import TryVaults
from casemate.internal_service.core.ground.events import VaultsTried
from casemate.internal_service.core.ground.names import folded
from casemate.internal_service.core.ground.notices import Answered
from casemate.internal_service.core.ground.refusals import Refused, reason, refuse
from casemate.internal_service.core.ground.undo import Undo, UndoDict
from casemate.internal_service.core.sessions.accounts import Accounts, why_unavailable
from casemate.internal_service.core.sessions.ports import (
    AccountFile,
    AccountStores,
    AccountUnavailable,
    LocalAccountRow,
    ServiceStore,
)
from casemate.internal_service.core.sessions.signing_in import SigningIn
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.extensions import AdoptAccount, ForgetDamagedAccount, ForgetFoundAccount
from casemate.protocol.client.views import FoundAccountFile
from casemate.protocol.ids import Cid

_BEYOND_REPAIR: Final = frozenset({"damaged", "missing"})
"""A disk that does not answer, or a newer program's file, says nothing against the file."""
SHOWN: Final = 50
"""More files than anybody has accounts are somebody's mischief; they are kept, but not listed."""


@dataclass(frozen=True, slots=True)
class FoundAccount:
    file: AccountFile
    found_at: int
    """Unix milliseconds."""


def take_stock(service: ServiceStore, accounts: AccountStores, wall: float) -> list[FoundAccount]:
    """At the start: compare the list with the files. Deletes only what its owner had deleted; what the list does not
    name is kept and answered, with the time when it was noticed. Every listed account gets its vault beside it.
    """
    with service.transaction():
        for name in service.deleted_accounts():
            accounts.delete(name)
            service.deletion_done(name)
        for row in service.accounts():
            accounts.keep_vault(row.name, row.vault)
        found = unlisted(service, accounts, wall)
        dates = {account.file.name: account.found_at for account in found}
        if dates != service.found_accounts():
            service.put_found_accounts(dates)
    return found


def unlisted(service: ServiceStore, accounts: AccountStores, wall: float) -> list[FoundAccount]:
    """The files that the list does not name; nothing is changed."""
    listed = {row.name for row in service.accounts()} | set(service.deleted_accounts())
    known = service.found_accounts()
    files = [file for file in accounts.files() if file.name not in listed]
    return [FoundAccount(file, known.get(file.name, int(wall * 1000))) for file in files]


class FoundAccounts:
    """`found` is what `take_stock` answered."""

    def __init__(self, accounts: Accounts, signing_in: SigningIn, found: Sequence[FoundAccount], undo: Undo) -> None:
        self._accounts = accounts
        self._waits = accounts.waits
        self._signing_in = signing_in
        self._found: UndoDict[str, FoundAccount] = UndoDict(undo)
        for account in found:
            self._found[account.file.name] = account
        undo.keep()

    def rows(self) -> list[FoundAccountFile]:
        shown = sorted(self._found.values(), key=lambda found: (found.found_at, found.file.name))[:SHOWN]
        return [
            FoundAccountFile(
                name=found.file.name,
                found_at=found.found_at,
                bytes=found.file.size,
                has_vault=found.file.vault is not None,
            )
            for found in shown
        ]

    def adopt(self, asker: Asker, request: AdoptAccount) -> None:
        """Raises Refused."""
        try:
            password = bytes(request.password)
        except ValueError as error:
            raise refuse("malformed", what="password") from error
        found = self._found.get(request.name)
        if found is None:
            raise refuse("unknown_account")
        if found.file.vault is None:
            raise refuse("no_password_vault", file=self._accounts.stores.path_of(request.name))
        token = self._waits.add(asker, lambda tried: self._tried(asker, found, tried))
        self._accounts.desk.effects.append(TryVaults(token, {found.file.name: found.file.vault}, password))

    def forget(self, asker: Asker, request: ForgetFoundAccount) -> None:
        """Raises Refused."""
        if request.name not in self._found:
            raise refuse("unknown_account")
        self._delete(request.name)
        self._forget(request.name)
        self._accounts.desk.answer(asker, Done(cid=Cid(0), request_id=asker.request_id))

    def forget_damaged(self, asker: Asker, request: ForgetDamagedAccount) -> None:
        """Only what nobody can open is forgotten without its password. Raises Refused."""
        hosts = self._accounts.hosts
        row, why = self._accounts.stores.service.account(request.cid), hosts.why_closed(request.cid)
        if row is None:
            raise refuse("unknown_account")
        if why is None or why.code != "account_damaged" or why.params["what"] not in _BEYOND_REPAIR:
            raise refuse("malformed", what="cid")
        self._delete(row.name)
        hosts.say_why_closed(request.cid, None)
        self._accounts.desk.answer(asker, Done(cid=request.cid, request_id=asker.request_id))

    def _delete(self, name: str) -> None:
        """After the commit, which names it: a crash in between leaves that to the next start."""
        self._accounts.stores.service.delete_account(name)
        self._accounts.stores.discard(name)

    def _tried(self, asker: Asker, found: FoundAccount, tried: VaultsTried | Answered) -> None:
        try:
            self._open(asker, found, tried)
        except Refused as refused:
            self._signing_in.fail(asker, refused.reason)

    def _open(self, asker: Asker, found: FoundAccount, tried: VaultsTried | Answered) -> None:
        """Raises Refused."""
        name = found.file.name
        if isinstance(tried, Answered):
            raise Refused(tried.why)
        if name not in self._found:
            raise refuse("already_running")
        key = tried.opened.get(name)
        if key is None:
            raise refuse("wrong_password")
        stores = self._accounts.stores
        try:
            # Whatever happened to the list may have happened to the file.
            account = self._accounts.open(name, key, check=True)
        except AccountUnavailable as unavailable:
            raise Refused(why_unavailable(unavailable)) from unavailable
        stores.release(name)
        profile = account.profile
        if stores.service.account(profile.cid) is not None:
            raise refuse("account_exists", username=profile.username)
        assert found.file.vault is not None, "it was tried"
        row = LocalAccountRow(
            name=name,
            account_id=profile.account_id,
            cid=profile.cid,
            username=profile.username,
            username_folded=folded(profile.username),
            full_name=profile.full_name,
            server_address=profile.server_address,
            enrolled=profile.enrolled,
            vault=found.file.vault,
            machine_vault=None,
            ask_password_at_start=False,
            plain_holder=False,
            unread=account.unread(),
        )
        stores.service.put_account(row)
        self._forget(name)
        if not profile.enrolled:
            # The same Register goes on where it stopped.
            raise Refused(reason("never_created", username=profile.username))
        self._signing_in.enter(asker, row, key)

    def _forget(self, name: str) -> None:
        service = self._accounts.stores.service
        del self._found[name]
        service.put_found_accounts({found.file.name: found.found_at for found in self._found.values()})
        if not self._found:
            service.put_list_lost(None)
        self._accounts.hosts.list_changed()
