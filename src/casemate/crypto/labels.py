"""Every label that keeps one use of a key or hash apart from another; none is the beginning of another."""

from typing import Final

# --- hashes
ACCOUNT: Final = b"casemate/account/1"
DEVICE: Final = b"casemate/device/1"
TRANSCRIPT: Final = b"casemate/transcript/1"
REPLAY: Final = b"casemate/replay/1"
FINGERPRINT: Final = b"casemate/fingerprint/1"
NEW_ACCOUNT: Final = b"casemate/registration/1"
PICTURE: Final = b"casemate/picture/1"

INVITE_ADMIT_DIGEST: Final = b"casemate/invite-admit-digest/1"
INVITE_CHECKSUM: Final = b"casemate/invite-checksum/1"

# --- signatures
DEVICE_LIST: Final = b"casemate/device-list/1"
ACCOUNT_SUCCESSOR: Final = b"casemate/account-successor/1"
NAMES: Final = b"casemate/names/1"
PREKEY_BUNDLE: Final = b"casemate/prekey-bundle/1"
PEER_CARD: Final = b"casemate/peer-card/1"
LINK_SERVER: Final = b"casemate/link-server/1"
LINK_DEVICE: Final = b"casemate/link-device/1"

# --- derived keys
PQXDH: Final = b"casemate/pqxdh/1"
SESSION_EC: Final = b"casemate/session-ec/1"
SESSION_PQ: Final = b"casemate/session-pq/1"
SESSION_CONTROL: Final = b"casemate/session-control/1"
SESSION_ID: Final = b"casemate/session-id/1"
EC_ROOT: Final = b"casemate/ec-root/1"
PQ_START: Final = b"casemate/pq-start/1"
PQ_EPOCH: Final = b"casemate/pq-epoch/1"
MESSAGE_SEAL: Final = b"casemate/message-seal/1"
CONTROL_SEAL: Final = b"casemate/control-seal/1"
OBSERVER_KEY: Final = b"casemate/observer-key/1"
OBSERVER_DOOR: Final = b"casemate/observer-door/1"
BEACON: Final = b"casemate/beacon/1"
INTRODUCTION: Final = b"casemate/introduction/1"
INVITE_ADMIT: Final = b"casemate/invite-admit/1"
INVITE_BIND: Final = b"casemate/invite-bind/1"
SERVER_PASSWORD: Final = b"casemate/server-password/1"
SERVER_PASSWORD_SALT: Final = b"casemate/server-password-salt/1"
VAULT_PASSWORD: Final = b"casemate/vault-password/1"
VAULT_MACHINE: Final = b"casemate/vault-machine/2"
VAULT_SIGN_IN: Final = b"casemate/vault-sign-in/1"
