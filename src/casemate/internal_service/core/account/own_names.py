"""What an account calls itself: signed anew when its person changes it, and told until the server hands it out."""

from dataclasses import replace

from casemate.crypto.keys import Ed25519Public
from casemate.crypto.names import read_names, sign_names
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.server_requests import Answer, ServerRequests
from casemate.internal_service.core.names import check_full_name
from casemate.internal_service.core.notices import LinkChanged
from casemate.internal_service.core.refusals import Refused, refuse
from casemate.node import Instant
from casemate.protocol.link import Done, PublishDeviceList
from casemate.protocol.names import is_visible, shown_full_name


class OwnNames:
    def __init__(self, context: Context, requests: ServerRequests) -> None:
        self._context = context
        self._requests = requests

    def rename(self, text: str) -> Outcome:
        """Another full name, under the next number; the username never changes. Raises Refused.

        Checked as the server checks it: a document that it may not take would end every link.
        """
        full_name = check_full_name(shown_full_name(text))
        if not any(is_visible(char) for char in full_name):
            raise refuse("full_name_invalid")
        profile = self._context.profile
        if profile.server_key is None:
            raise refuse("server_away")
        server_key = Ed25519Public(profile.server_key)
        held = read_names(self._context.own_names(server_key))
        if full_name == held.full_name:
            return []
        names = sign_names(self._context.secrets.account, server_key, held.number + 1, held.username, full_name)
        profile = replace(self._context.profile, full_name=full_name, names=names, names_kept=False)
        self._context.store.put_profile(profile)
        try:
            return [LinkChanged(), *self.publish()]
        except Refused:
            return [LinkChanged()]  # told with the next link

    def publish(self) -> Outcome:
        """Until the server has confirmed that it hands them out; without a link, with the next one. Raises Refused."""
        profile = self._context.profile
        if profile.names_kept or profile.server_key is None:
            return []
        names = self._context.own_names(Ed25519Public(profile.server_key))

        def kept(answer: Answer, _later: Instant) -> Outcome:
            profile = self._context.profile
            if isinstance(answer, Done) and profile.names == names:
                self._context.store.put_profile(replace(profile, names_kept=True))
            return []

        device_list = self._context.secrets.device_list
        return self._requests.ask(lambda request_id: PublishDeviceList(request_id, device_list, names), kept)
