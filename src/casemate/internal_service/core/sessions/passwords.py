"""Changing the password of an account that is signed in here: the same database key, wrapped anew."""

from dataclasses import replace

from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.effects import RelockVault
from casemate.internal_service.core.ground.events import VaultRelocked
from casemate.internal_service.core.ground.failures import failure
from casemate.internal_service.core.ground.names import check_password
from casemate.internal_service.core.ground.notices import Answered
from casemate.internal_service.core.ground.refusals import Refused, refuse
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.sessions.signing_in import vault_of
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.extensions import ChangePassword


class Passwords:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._waits = accounts.waits

    def change(self, asker: Asker, request: ChangePassword) -> None:
        """One password is tried at a time, as when signing in: guessing costs whoever guesses its full price.

        Raises Refused.
        """
        row = self._accounts.row(self._accounts.hosts.session(request.cid))
        try:
            old, new = bytes(request.old_password), bytes(request.new_password)
        except ValueError as error:
            raise refuse("malformed", what="password") from error
        check_password(new)
        about = vault_of(row)
        if self._waits.is_waited_for(about):
            raise refuse("already_running")
        token = self._waits.add(
            asker, lambda relocked: self._relocked(asker, request, row.vault, relocked), about=(about,)
        )
        self._accounts.desk.effects.append(RelockVault(token, row.name, row.vault, old, new))

    def _relocked(
        self, asker: Asker, request: ChangePassword, before: bytes, relocked: VaultRelocked | Answered
    ) -> None:
        try:
            self._keep(request, before, relocked)
        except Refused as refused:
            self._accounts.desk.answer(asker, failure(request, refused.reason))
        else:
            self._accounts.desk.answer(asker, Done(cid=request.cid, request_id=asker.request_id))

    def _keep(self, request: ChangePassword, before: bytes, relocked: VaultRelocked | Answered) -> None:
        """Raises Refused."""
        if isinstance(relocked, Answered):
            raise Refused(relocked.why)
        if relocked.vault is None:
            raise refuse("wrong_password")
        # Looked up again: the account may have been signed out meanwhile.
        row = self._accounts.row(self._accounts.hosts.session(request.cid))
        stores = self._accounts.stores
        stores.replace_vault(row.name, before, relocked.vault)
        stores.service.put_account(replace(row, vault=relocked.vault))
        # What the old password opened is in no log of the list any more when this is answered.
        stores.erase_soon()
