"""Every bound of the protocol in one place, with its unit and its reason."""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB
HOUR_SECONDS: Final = 3_600
DAY_SECONDS: Final = 86_400
MINUTES_OF_DAY: Final = 1_440

# --- names (the least a Citadel client may send is accepted; see docs/protocol/client-api.md)
USERNAME_BYTES: Final = (3, 37)
FULL_NAME_BYTES: Final = (2, 77)
PASSWORD_BYTES: Final = (7, 1024)

# --- messages
MESSAGE_BODY_BYTES: Final = 1 * MIB
"""A chat text or an opaque body. Larger things are files."""
EDITED_BYTES: Final = MESSAGE_BODY_BYTES - 64
"""Of the text of an edit, which names its message beside it."""
CANCELLED_KEPT_SECONDS: Final = 30 * DAY_SECONDS
"""So long it is known that a message was cancelled: a page that comes back asks for it once more."""
LIFE_LEAST_SECONDS: Final = 5
LIFE_MOST_SECONDS: Final = 400 * DAY_SECONDS
"""Of a message that disappears, once it was read."""
KEEP_LEAST_DAYS: Final = 1
KEEP_MOST_DAYS: Final = 3_650
"""After how many days messages may be erased from a computer whose person wants old ones gone."""
UNREAD_AGAIN: Final = 1_000
"""Messages that become unread once more with one request, at most."""
SCHEDULED_MESSAGES: Final = 200
"""Of one account, to be sent later."""
SCHEDULED_BYTES: Final = 4 * MIB
"""Of all their texts: a snapshot carries them."""
SCHEDULED_AHEAD_SECONDS: Final = 400 * 86_400.0
REACTIONS_OF_ONE: Final = 8
"""Emojis that one person gives to one message."""
EMOJI_CHARACTERS: Final = 16
"""A family of four in all skin tones is one of eleven."""
PINS_SHOWN: Final = 50
"""Of one conversation, the newest: every row of it carries them."""
PIN_CHARACTERS: Final = 100
"""Of a pinned message; its own place shows the rest."""
PREVIEW_URL_CHARACTERS: Final = 2_048
PREVIEW_TITLE_CHARACTERS: Final = 200
PREVIEW_SITE_CHARACTERS: Final = 80
PREVIEW_DESCRIPTION_CHARACTERS: Final = 300
PREVIEWS_A_MINUTE: Final = 20
"""That one account asks for."""
VERSIONS_KEPT: Final = 100
VERSIONS_BYTES: Final = 4 * MIB
"""Of one message that is edited over and over, the newest versions."""
CHANGES_WAITING: Final = 1_000
CHANGES_WAITING_BYTES: Final = 4 * MIB
CHANGES_WAITING_SECONDS: Final = 30 * 86_400.0
"""Of one author, changes of messages that are not here."""
LATER_CONTENTS: Final = 500
LATER_BYTES: Final = 2 * MIB
LATER_SECONDS: Final = 30 * 86_400.0
"""Of one account, contents that only a later program understands."""
ENVELOPE_BYTES: Final = MESSAGE_BODY_BYTES + MESSAGE_BODY_BYTES // 8 + 64 * KIB
"""A sealed body after padding (Padmé adds at most 12 %) with its headers."""
CONTROL_BYTES: Final = 8 * KIB
"""A sealed receipt or ephemeral event."""
COUNTER_JUMP: Final = 2**20
"""The most a Lamport counter may run ahead of what a conversation has seen."""
OUTBOX_MESSAGES_PER_PEER: Final = 20_000
EARLY_ENVELOPES_PER_PEER: Final = 1_000
"""Envelopes kept sealed because an earlier number is missing."""
EARLY_BYTES_PER_PEER: Final = 64 * MIB
"""Of those."""

# --- link frames
LINK_FRAME_BYTES: Final = 4 * MIB
DEPOSIT_ITEMS: Final = 64
DELIVERY_ITEMS: Final = 64
LINK_BATCH_BYTES: Final = 1 * MIB
"""A deposit or delivery is closed when it holds this much, unless it is a single envelope."""
DEPOSITS_UNANSWERED: Final = 512
DELIVERIES_UNTAKEN: Final = 512
SIGNED_REQUEST_BYTES: Final = 48 * KIB
"""A peer card: a device list, and a bundle for each of its devices (a real one of 16 devices has some 27 KiB)."""
DEVICE_LIST_BYTES: Final = 8 * KIB
NAMES_BYTES: Final = 1 * KIB
BUNDLE_BYTES: Final = 8 * KIB
DIRECTORY_PAGE_ROWS: Final = 1_000
REQUEST_RATE_PER_SECOND: Final = 200
"""Link requests of one device; deposits and receipts are bounded by quotas instead."""

# --- connections between peers
PEER_FRAME_BYTES: Final = 4 * MIB
PEER_BATCH_BYTES: Final = 256 * KIB
"""Envelopes of one frame, unless it is a single one: what a heartbeat may have to wait for on a slow uplink."""
PEER_BATCH_ITEMS: Final = 64
PEER_UNANSWERED: Final = 512
"""Envelopes under way to one device on its path without a receipt."""
RETURNED_MESSAGES: Final = 200
"""The most messages of a device whose data was restored that are given back to it at once; the newest."""
PEER_ADDRESSES: Final = 16
SPARES: Final = 3
"""Spare one-time bundles that a device keeps with each device of a peer, for sessions that the peer begins anew."""
SPARES_TAKEN: Final = 8
"""The most that are taken from one device."""

# --- server
MAILBOX_ENVELOPES_PER_PAIR: Final = 20_000
MAILBOX_BYTES_PER_PAIR: Final = 64 * MIB
MAILBOX_SECONDS: Final = 30 * DAY_SECONDS
INTRODUCTION_CHARACTERS: Final = 280
INTRODUCTION_BYTES: Final = 840
"""Of the line that goes with a request to register: three for each character, which fits in the note of a card."""
REGISTRATION_REQUEST_SECONDS: Final = 30 * DAY_SECONDS
PICTURE_BYTES: Final = 32 * KIB
PICTURE_PIXELS: Final = 256
"""Of each side."""
STATUS_CHARACTERS: Final = 100
STATUS_BYTES: Final = 400
NICKNAME_BYTES: Final = 77
"""As a full name."""
NOTE_BYTES: Final = 4 * KIB
"""Of what is kept of somebody for oneself."""
DECLINED_QUIET_SECONDS: Final = 7 * DAY_SECONDS
NAME_KEPT_SECONDS: Final = 90 * DAY_SECONDS
"""For how long nobody else may take the name of an account that was registered with somebody and was deleted."""
KEPT_NAMES: Final = 100_000
"""Beyond this many the next to become free are free at once."""
PENDING_REQUESTS_PER_ACCOUNT: Final = 500
"""So many of one's own may wait. Of those that wait for somebody, one more ends the oldest."""
WITHDRAWN_QUIET_SECONDS: Final = 600
"""So long after taking a request back the same person is not asked again: each one shows up on their screen."""
WRONG_PASSWORDS_AT_ONCE: Final = 10
WRONG_PASSWORD_SECONDS: Final = 60.0
"""Of the server password, from one network: some at once, and then one in this time."""
WRONG_PASSWORDS_IN_ALL_AT_ONCE: Final = 1_000
WRONG_PASSWORDS_IN_ALL_SECONDS: Final = 1.0
"""From everywhere together. Large: whoever guesses from many networks must not shut the door to everybody at once."""
NEW_ACCOUNTS_AT_ONCE: Final = 50
"""From one network: a class or an office that starts together."""
NEW_ACCOUNT_SECONDS: Final = 60.0
"""After those, one account from the same network this often."""
INVITES_PER_ACCOUNT: Final = 64
"""Invitations of one account that can be used at a time."""
INVITES_REMEMBERED: Final = 256
"""Invitations of one account that the server keeps, those that have ended among them; the oldest go."""
INVITE_USES: Final = 100
"""The most that one invitation lets in."""
INVITE_SECONDS: Final = 30 * DAY_SECONDS
"""The longest that one can be used."""
INVITE_REMEMBERED_SECONDS: Final = 30 * DAY_SECONDS
"""So long after its end the server can still say that it has ended."""
SIGNALS_PER_ACCOUNT: Final = 10_000

# --- client API
CLIENT_FRAME_BYTES: Final = 64 * MIB
CLIENT_PENDING_REQUESTS: Final = 1_000
"""Requests of one socket that wait for an answer from elsewhere."""
CLIENT_BATCH_COMMANDS: Final = 1_000
CLIENT_BATCH_REFUSALS: Final = 9_000
"""Commands beyond those that are refused one by one; what comes after them is left out of the answer."""
CLIENT_REQUESTS_PER_SECOND: Final = 20_000
WORKSPACE_REQUESTS_PER_SECOND: Final = 100
VIEW_EVENTS_KEPT: Final = 2_000
"""Events of one account kept for views that come back; beyond it they get a snapshot."""
VIEW_EVENTS_CHARACTERS: Final = 16 * MIB
"""Of text in those events."""
TIMELINE_PAGE_BYTES: Final = 4 * MIB
"""A page is shorter when its messages are long."""
DRAFT_BYTES: Final = 64 * KIB
"""Of one draft. A longer one is kept by the browser that it is written in, until it is sent."""
DRAFTS_PER_CONVERSATION: Final = 8
"""One for each window that writes there."""
DRAFT_BYTES_PER_ACCOUNT: Final = 4 * MIB
"""Of all drafts: a snapshot carries them."""
LOCAL_DB_VALUE_BYTES: Final = 16 * MIB
LOCAL_DB_KEY_BYTES: Final = 1_024
LOCAL_DB_BYTES_PER_ACCOUNT: Final = 512 * MIB
TIMELINE_PAGE_ROWS: Final = 200
SEARCHED_CHARACTERS: Final = 500
"""Of what somebody types to find messages."""
SEARCHED_TERMS: Final = 6
"""Words and phrases of it; what comes after them is passed over."""
COMPARED_CHARACTERS: Final = 64 * 1024
"""Of a message: what it says after so many is not found."""
FOUND_PAGE_ROWS: Final = 30
FOUND_PAGE_BYTES: Final = 128 * KIB
"""Of the messages on a page of results, which is shorter when they are long."""
PAINTED_AT_ONCE: Final = 200
"""Messages of which one MarkRead says that they were on a screen."""
PLAIN_QUEUE_MESSAGES: Final = 20_000
"""Messages kept for a plain client that is away; the oldest go first (the timeline keeps them)."""
PLAIN_QUEUE_BYTES: Final = 256 * MIB
DISK_LOW_BYTES: Final = 256 * MIB
"""With less room than this under its data the internal service warns; with none it only reads."""
