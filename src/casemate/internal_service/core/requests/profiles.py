"""Picture, status, and what is kept of others for oneself, as views ask for it."""

import base64
import binascii
from typing import Final

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.refusals import refuse
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.sessions.hosts import Host
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.profile_extensions import GetPicture, PictureTold, SetPicture, SetRemark, SetStatus
from casemate.protocol.limits import PICTURE_BYTES

_MOST_TEXT: Final = 2 * PICTURE_BYTES
_LAST_MILLISECOND: Final = 2**53 - 1


class ProfileRequests:
    """Every method raises Refused."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._desk = accounts.desk
        self._hosts = accounts.hosts

    def picture(self, asker: Asker, request: GetPicture) -> None:
        host = self._hosts.session(request.cid)
        picture = base64.b64encode(host.account.picture_of(request.peer)).decode()
        self._desk.answer(asker, PictureTold(cid=host.cid, request_id=asker.request_id, picture=picture))

    def set_picture(self, asker: Asker, request: SetPicture) -> None:
        host = self._hosts.session(request.cid)
        if len(request.picture) > _MOST_TEXT:
            raise refuse("too_long", what="picture", limit=str(PICTURE_BYTES))
        try:
            picture = base64.b64decode(request.picture, validate=True)
        except (binascii.Error, ValueError) as error:
            raise refuse("malformed", what="picture") from error
        self._do(asker, host, host.account.sharing.put_picture(picture, self._desk.now))

    def set_status(self, asker: Asker, request: SetStatus) -> None:
        host = self._hosts.session(request.cid)
        until = request.until
        if until is not None and not 0 <= until <= _LAST_MILLISECOND:
            raise refuse("malformed", what="until")
        seconds = None if until is None else until / 1000
        self._do(asker, host, host.account.sharing.put_status(request.text, seconds, self._desk.now))

    def set_remark(self, asker: Asker, request: SetRemark) -> None:
        host = self._hosts.session(request.cid)
        self._do(asker, host, host.account.remark_on(request.peer, request.nickname, request.note))

    def _do(self, asker: Asker, host: Host, items: Outcome) -> None:
        self._desk.answer(asker, Done(cid=host.cid, request_id=asker.request_id))
        self._accounts.take(host, items)
