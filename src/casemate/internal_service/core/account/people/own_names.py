"""What an account calls itself: signed anew when its person changes it, and told until the server hands it out."""

from collections.abc import Callable
from dataclasses import replace

from casemate.crypto.identity import verify_device_list
from casemate.crypto.keys import Ed25519Public
from casemate.crypto.names import Names, read_names, replaces, sign_names, verify_names
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.link.requests import Answer, ServerRequests
from casemate.internal_service.core.ground.names import check_full_name
from casemate.internal_service.core.ground.notices import LinkChanged
from casemate.internal_service.core.ground.refusals import Refused, refuse
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import cid_of
from casemate.protocol.link import AccountFound, FindAccount, PublishDeviceList, RequestDone
from casemate.protocol.names import is_visible, shown_full_name


class OwnNames:
    def __init__(self, context: Context, requests: ServerRequests) -> None:
        self._context = context
        self._requests = requests
        self.when_signed: Callable[[Instant], Outcome] = lambda now: []
        """What else is told with every document of ours."""

    def rename(self, text: str, now: Instant) -> Outcome:
        """Another full name, under the next number; the username never changes. Raises Refused.

        Checked as the server checks it: a document that it may not take would end every link.
        """
        full_name = check_full_name(shown_full_name(text))
        if not any(is_visible(char) for char in full_name):
            raise refuse("full_name_invalid")
        if self._context.profile.server_key is None:
            raise refuse("server_away")
        held = self._held()
        if full_name == held.full_name:
            return []
        return self._sign_and_tell(held.number + 1, full_name, now)

    def sign_again(self, now: Instant) -> Outcome:
        """Another picture is ours."""
        return self._sign_and_tell(self._held().number + 1, self._context.profile.full_name, now)

    def settle(self, at_server: str, *, older: bool) -> Outcome:
        """After a Welcome, which says what the server shows: either side may have been restored from an older copy.
        That ours was is known already (`older`), or shows by another name."""
        profile = self._context.profile
        is_same = shown_full_name(profile.full_name) == at_server
        if profile.server_key is None or (profile.names_kept and is_same and not older):
            return []
        cid = cid_of(self._context.account_id)
        return self._requests.ask(lambda request_id: FindAccount(request_id, cid), self._compared)

    def _compared(self, answer: Answer, later: Instant) -> Outcome:
        if not isinstance(answer, AccountFound):
            return []  # with the next link
        profile, theirs = self._context.profile, self._signed_by_us(answer.names)
        if theirs is not None and answer.names == profile.names:
            self._context.store.put_profile(replace(profile, names_kept=True))
            return []
        if theirs is not None and profile.names_kept and replaces(self._held(), theirs):
            # Chosen by us, and told to everybody, before our data was restored.
            self._context.store.put_profile(replace(profile, names=answer.names, full_name=theirs.full_name))
            if theirs.picture_hash == self._picture_hash():
                return [LinkChanged()]
            # The picture of then is not here any more.
            return self._sign_and_tell(theirs.number + 1, theirs.full_name, later)
        if theirs is not None and theirs.number >= self._held().number:
            return self._sign_and_tell(theirs.number + 1, profile.full_name, later)  # chosen since then
        self._context.store.put_profile(replace(profile, names_kept=False))
        return self.publish()

    def _signed_by_us(self, names: bytes) -> Names | None:
        device_list = verify_device_list(self._context.secrets.device_list, self._context.account_id)
        try:
            return verify_names(names, device_list, self._server_key()) if names else None
        except PeerBrokeProtocol:
            return None  # no more than the server's word

    def _held(self) -> Names:
        return read_names(self._context.own_names(self._server_key()))

    def _sign_and_tell(self, number: int, full_name: str, now: Instant) -> Outcome:
        """By the server, and, where there is a picture, sealed besides."""
        signed = sign_names(
            self._context.secrets.account,
            self._server_key(),
            number,
            self._held().username,
            shown_full_name(full_name),
            self._picture_hash(),
        )
        profile = replace(self._context.profile, full_name=full_name, names=signed, names_kept=False)
        self._context.store.put_profile(profile)
        told = [LinkChanged(), *self.when_signed(now)]
        try:
            return told + self.publish()
        except Refused:
            return told  # with the next link

    def _picture_hash(self) -> bytes:
        return self._context.store.shared_profile(self._context.account_id).picture_hash

    def _server_key(self) -> Ed25519Public:
        key = self._context.profile.server_key
        assert key is not None  # a link names it, and whoever renames was refused without
        return Ed25519Public(key)

    def publish(self) -> Outcome:
        """Until the server has confirmed that it hands them out; without a link, with the next one. Raises Refused."""
        profile = self._context.profile
        if profile.names_kept or profile.server_key is None:
            return []
        names = self._context.own_names(Ed25519Public(profile.server_key))

        def kept(answer: Answer, _later: Instant) -> Outcome:
            profile = self._context.profile
            if isinstance(answer, RequestDone) and profile.names == names:
                self._context.store.put_profile(replace(profile, names_kept=True))
            return []

        device_list = self._context.secrets.device_list
        return self._requests.ask(lambda request_id: PublishDeviceList(request_id, device_list, names), kept)
