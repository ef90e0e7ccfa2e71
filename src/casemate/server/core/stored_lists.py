"""Device lists as this server's database has them."""

from casemate.crypto.identity import DeviceList, verify_device_list
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.server.core.ports import StoredAccount


def stored_list(account: StoredAccount) -> DeviceList | None:
    """The newest list that it took; None where it is damaged here, which is no fault of the account."""
    try:
        return verify_device_list(account.device_list, account.account_id)
    except PeerBrokeProtocol:
        return None
