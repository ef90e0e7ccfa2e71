"""The link to the workspace server: dial, prove both sides, stay online, back off with jitter."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from casemate.crypto.errors import BadKeyMaterial, BadSignature
from casemate.crypto.invite import admit_token, read_invitation
from casemate.crypto.keys import ServerPasswordKey
from casemate.crypto.link_proof import (
    NONCE_BYTES,
    START_ID_BYTES,
    Greeting,
    greeting_of,
    new_account_digest,
    prove_device,
    verify_server,
)
from casemate.crypto.server_password import prove_password
from casemate.internal_service.core.account.context import Context, Outcome, milliseconds
from casemate.internal_service.core.account.link.addresses import ServerAddresses, is_expected
from casemate.internal_service.core.account.rows import Profile, ServerAddress
from casemate.internal_service.core.account.starts import Start, with_start
from casemate.internal_service.core.ground.link_io import (
    CloseLink,
    LinkClosed,
    LinkOpened,
    MakeServerPasswordKey,
    OpenLink,
    SendOnLink,
    ServerPasswordKeyMade,
    client_hello,
)
from casemate.internal_service.core.ground.notices import AccountDeleted, EnrolmentRefused, LinkChanged
from casemate.internal_service.core.ground.refusals import UPDATES, reason, told_reason
from casemate.internal_service.core.ground.undo import Memory
from casemate.node import Instant
from casemate.protocol.client.views import LinkView, Reason
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.link import Authenticate, Closing, CreateAccount, OpeningRefused, ServerHello
from casemate.protocol.link_codec import ClientFrame
from casemate.protocol.versions import LINK_VERSIONS, NoCommonVersion, highest_common

OPENING_SECONDS: Final = 10.0
"""From dialling to Welcome; then the attempt is given up."""
UNREACHABLE_CEILING_SECONDS: Final = 5.0
"""Half of it is how long people wait, on average, to be back after the server is. Dialling nobody costs little."""
IN_TROUBLE_CEILING_SECONDS: Final = 20.0
"""For a server that lets us in and ends the link again."""
BACKOFF_FIRST_SECONDS: Final = 0.25
REFUSED_RETRY_SECONDS: Final = 30.0
"""How often to look again after a refusal that only a person can lift."""
STEADY_SECONDS: Final = 30.0
"""A link that did not last this long counts as another failed attempt, so that a server in trouble is left in peace."""
_ON_THE_WAY: Final = frozenset(
    {"proxy_unreachable", "proxy_silent", "proxy_login", "proxy_refused", "proxy_broke", "proxy_unusable"}
)
"""Not the server's doing, nor its address's."""
_FAULTS: Final = frozenset({"internal", "broke_protocol", "server_full"})
"""Refusals that decide nothing about the account."""


@dataclass(frozen=True, slots=True)
class Stopped:
    pass


@dataclass(frozen=True, slots=True)
class ComingOnline:
    """Dialling, then greeting (`nonce` is set), then proving (`greeting` is set)."""

    attempt: int
    deadline: float
    address: ServerAddress
    certificate_key: bytes | None = None
    nonce: bytes | None = None
    greeting: Greeting | None = None


@dataclass(frozen=True, slots=True)
class Online:
    since: float
    attempt: int
    steady_at: float


@dataclass(frozen=True, slots=True)
class BackingOff:
    attempt: int
    until: float


@dataclass(frozen=True, slots=True)
class Fenced:
    """A newer start of this device is at the server; only the user's next start takes it back."""

    since: float


LinkStage = Literal["stopped", "away", "online", "fenced"]
LinkState = Stopped | ComingOnline | Online | BackingOff | Fenced


class Link(Memory):
    """One account's link. `generation` counts its attempts; news of an older one is ignored."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.undo)
        self._context = context
        self.addresses = ServerAddresses(context)
        self._state: LinkState = Stopped()
        self._generation = 0
        self._away_since: float | None = None
        self._why: Reason | None = None
        self.has_met_server = False
        """It has proven itself, somewhere, since the link was started."""
        self.features: frozenset[str] = frozenset()
        """What the server that we reached last can do besides."""
        self.server_version = ""
        """Of its program, as it says."""
        self.when_down: list[Callable[[Instant], Outcome]] = []
        """Who has to hear of it when the link was online and is not any more."""

    @property
    def online(self) -> bool:
        return isinstance(self._state, Online)

    @property
    def stage(self) -> LinkStage:
        match self._state:
            case Stopped():
                return "stopped"
            case Online():
                return "online"
            case Fenced():
                return "fenced"
        return "away"

    @property
    def is_over(self) -> bool:
        """Until the user starts it again."""
        return isinstance(self._state, Stopped | Fenced)

    def start(self, now: Instant) -> Outcome:
        if not isinstance(self._state, Stopped | Fenced | BackingOff):
            return []
        if self.is_over:
            self._context.start_id = self._context.entropy(START_ID_BYTES)
        self._why = None
        self.has_met_server = False
        self.addresses.begin()
        return self._dial(0, now)

    def look_again(self, now: Instant) -> Outcome:
        """At once, where we wait for the next attempt: there is a new address, or the server was started again."""
        return self.start(now) if isinstance(self._state, BackingOff) else []

    def stop(self, now: Instant) -> Outcome:
        self._away_since, self._why = None, None
        return self._end(Stopped(), now)

    def abandon(self) -> Outcome:
        """Hang up; nobody is told, because whoever listens looks into the database."""
        state, self._state = self._state, Stopped()
        return [] if isinstance(state, Stopped | BackingOff | Fenced) else [self._close()]

    def send(self, frame: ClientFrame) -> Outcome:
        """Nothing when the link is not online: whatever matters is sent again after the next Welcome."""
        return [self._send(frame)] if self.online else []

    def opened(self, event: LinkOpened) -> Outcome:
        state = self._state
        if event.generation != self._generation or not isinstance(state, ComingOnline) or state.nonce is not None:
            return []
        nonce = self._context.entropy(NONCE_BYTES)
        self._state = replace(state, nonce=nonce, certificate_key=event.certificate_key)
        return [self._send(client_hello(nonce))]

    def is_current(self, generation: int) -> bool:
        return generation == self._generation and isinstance(self._state, ComingOnline | Online)

    def greeted(self, hello: ServerHello, now: Instant) -> Outcome:
        """The server says who it is: check it against the pin, then prove who we are."""
        state = self._state
        if not isinstance(state, ComingOnline) or state.nonce is None or state.greeting is not None:
            raise PeerBrokeProtocol("a hello out of turn")
        try:
            highest_common(LINK_VERSIONS, (hello.version, hello.version), our_name="client", their_name="server")
        except NoCommonVersion as error:
            code = "update_server" if error.must_update == "server" else "update_this_computer"
            return self._not_here(reason(code), state.address, now)
        greeting = greeting_of(client_hello(state.nonce), hello)
        profile = self._context.profile
        if not self._is_our_server(greeting, hello.signature, state.certificate_key, profile):
            return self._not_here(reason("server_identity_changed"), state.address, now)
        self.has_met_server = True
        self.features = frozenset(hello.features)
        start = Start(profile.start_counter, self._context.start_id)
        self._context.store.put_profile(
            replace(profile, server_key=hello.server_key, starts=with_start(profile.starts, start))
        )
        self._state = replace(state, greeting=greeting)
        if not profile.enrolled and profile.server_password is not None and greeting.password_required:
            made = MakeServerPasswordKey(
                profile.account_id, self._generation, profile.server_password, greeting.server_key
            )
            return [made]
        return [self._send(self._claim(profile, greeting, None))]

    def password_key_made(self, event: ServerPasswordKeyMade) -> Outcome:
        """Whoever joins can prove the server's password now. Late news of an earlier attempt changes nothing."""
        state = self._state
        if event.generation != self._generation or not isinstance(state, ComingOnline) or state.greeting is None:
            return []
        return [self._send(self._claim(self._context.profile, state.greeting, event.key))]

    def refused(self, frame: OpeningRefused, now: Instant) -> Outcome:
        if not isinstance(self._state, ComingOnline):
            raise PeerBrokeProtocol("a refusal out of turn")
        if self._state.greeting is None:
            # Whoever it is has proven nothing: we only believe what can be tried again, in our own words.
            why = reason(frame.code) if frame.code in _FAULTS | UPDATES else self._why_away()
            return self._not_here(why, self._state.address, now)
        why = told_reason(frame)
        if frame.code == "fenced":
            return self._fence(now)
        if not self._context.profile.enrolled and frame.code not in _FAULTS:
            return [*self.stop(now), EnrolmentRefused(why)]
        return self._lost(why, now, REFUSED_RETRY_SECONDS)

    def welcomed(self, version: str, now: Instant) -> str:
        """The address at which our server was found."""
        state = self._state
        if not isinstance(state, ComingOnline) or state.greeting is None:
            raise PeerBrokeProtocol("a welcome out of turn")
        self._state = Online(now.wall, state.attempt, now.monotonic + STEADY_SECONDS)
        self._away_since, self._why = None, None
        self.server_version = version
        self.addresses.reached(state.address.address)
        return state.address.address

    def closing(self, frame: Closing, now: Instant) -> Outcome:
        if not self.online:
            raise PeerBrokeProtocol("a closing before the welcome")
        if frame.code == "fenced":
            return self._fence(now)
        if frame.code == "account_deleted":
            return [*self.stop(now), AccountDeleted(None)]
        return []

    def closed(self, event: LinkClosed, now: Instant) -> Outcome:
        if not self.is_current(event.generation):
            return []
        return self._lost(event.why or self._why_away(), now)

    def again(self, now: Instant) -> Outcome:
        """Open a new link at once: the server then pushes again what it holds for us."""
        return [*self._end(BackingOff(0, now.monotonic), now), *self._dial(0, now)] if self.online else []

    def drop(self, why: Reason, now: Instant) -> Outcome:
        """The server broke the protocol: end this link and try again later."""
        match self._state:
            case ComingOnline(greeting=None, address=address):
                return self._not_here(why, address, now)
            case ComingOnline() | Online():
                return self._lost(why, now, REFUSED_RETRY_SECONDS)
        return []

    def failed(self, generation: int, now: Instant) -> Outcome:
        """What came on this link was undone by a fault of ours: only a new one says all of it again."""
        return self._lost(reason("internal"), now) if self.is_current(generation) else []

    def wakeup(self, now: Instant) -> Outcome:
        match self._state:
            case BackingOff(attempt, until) if until <= now.monotonic:
                return self._dial(attempt, now)
            case ComingOnline(deadline=deadline) if deadline <= now.monotonic:
                return self._lost(self.addresses.why_away(reason("server_unreachable")), now)
            case _:
                return []

    def next_wakeup(self) -> float | None:
        match self._state:
            case BackingOff(until=until):
                return until
            case ComingOnline(deadline=deadline):
                return deadline
            case _:
                return None

    def view(self) -> LinkView:
        match self._state:
            case Online(since=since):
                return LinkView(state="online", since=milliseconds(since))
            case Fenced(since):
                return LinkView(state="fenced", since=milliseconds(since), reason=reason("fenced"))
        since = milliseconds(self._away_since or 0.0)
        if self._why is None:
            return LinkView(state="connecting", since=since)
        return LinkView(state="away", since=since, reason=self._why)

    def _dial(self, attempt: int, now: Instant) -> Outcome:
        self._generation += 1
        address = self.addresses.next(now)
        self._state = ComingOnline(attempt, now.monotonic + OPENING_SECONDS, address)
        if self._away_since is None:
            self._away_since = now.wall
        elsewhere = self.addresses.must_lead_elsewhere(address)
        return [OpenLink(self._context.account_id, self._generation, address.address, elsewhere), LinkChanged()]

    def _not_here(self, why: Reason, address: ServerAddress, now: Instant) -> Outcome:
        """Whoever answers there has not proven to be our server: we look elsewhere, and there again after a while."""
        self.addresses.missed(address.address, why, now, REFUSED_RETRY_SECONDS)
        if not is_expected(self._context.profile, address):
            why = self._why_away()
        return self._lost(why, now, self.addresses.wait_seconds(now))

    def _why_away(self) -> Reason:
        """What was said of the server before, if anything. What stood in the way is known of one attempt alone."""
        before = self._why
        if before is None or before.code in _ON_THE_WAY:
            before = reason("server_unreachable")
        return self.addresses.why_away(before)

    def _lost(self, why: Reason, now: Instant, at_least_seconds: float = 0.0) -> Outcome:
        ceiling = UNREACHABLE_CEILING_SECONDS
        match self._state:
            case ComingOnline(attempt=failed, address=address, greeting=greeting):
                attempt = failed + 1
                if greeting is None and not self.addresses.rests(address.address, now):
                    missed = why if why.code in _ON_THE_WAY else reason("server_unreachable")
                    self.addresses.missed(address.address, missed, now)
            case Online(attempt=failed, steady_at=steady_at) if now.monotonic < steady_at:
                attempt, ceiling = failed + 1, IN_TROUBLE_CEILING_SECONDS
            case _:
                attempt = 0
        wait = at_least_seconds + self._jitter(attempt, ceiling)
        self._why = why
        if self._away_since is None:
            self._away_since = now.wall
        return self._end(BackingOff(attempt, now.monotonic + wait), now)

    def _fence(self, now: Instant) -> Outcome:
        """Written down at once: the next start may hear a peer on a path before it hears the server."""
        self._context.store.put_profile(replace(self._context.profile, fenced=True))
        return self._end(Fenced(now.wall), now)

    def _end(self, state: Stopped | BackingOff | Fenced, now: Instant) -> Outcome:
        """The one place where a link ends, for whatever reason: it is closed, and whoever relied on it is told."""
        was, self._state = self._state, state
        outcome: Outcome = [LinkChanged()]
        if isinstance(was, ComingOnline | Online):
            outcome.insert(0, self._close())
        if isinstance(was, Online):
            for tell in self.when_down:
                outcome += tell(now)
        return outcome

    def _jitter(self, attempt: int, ceiling_seconds: float) -> float:
        """Full jitter, so a restarted server is not dialled by everyone at once."""
        ceiling = min(ceiling_seconds, BACKOFF_FIRST_SECONDS * 2.0 ** min(attempt, 10))
        return ceiling * int.from_bytes(self._context.entropy(4), "big") / 2**32

    def _is_our_server(
        self, greeting: Greeting, signature: bytes, certificate_key: bytes | None, profile: Profile
    ) -> bool:
        """Behind a public certificate only the proof inside the link counts; else both must be the pinned key."""
        if profile.server_key is not None and greeting.server_key != profile.server_key:
            return False
        if certificate_key is not None and certificate_key != greeting.server_key:
            return False
        try:
            verify_server(greeting, signature)
        except (BadSignature, BadKeyMaterial):
            return False
        return True

    def _claim(
        self, profile: Profile, greeting: Greeting, password: ServerPasswordKey | None
    ) -> CreateAccount | Authenticate:
        context = self._context
        device = context.device
        if profile.enrolled:
            signature = prove_device(
                device.signing,
                greeting,
                profile.account_id,
                device.device_id,
                profile.start_counter,
                context.start_id,
            )
            return Authenticate(
                profile.account_id, device.device_id, profile.start_counter, self._context.start_id, signature
            )
        device_list = context.secrets.device_list
        bundle = context.secrets.bundle
        digest = new_account_digest(profile.username, profile.full_name, device_list, bundle)
        signature = prove_device(
            device.signing,
            greeting,
            profile.account_id,
            device.device_id,
            profile.start_counter,
            context.start_id,
            digest,
        )
        return CreateAccount(
            profile.username,
            profile.full_name,
            device_list,
            bundle,
            None if password is None else [prove_password(password, greeting)],
            profile.start_counter,
            context.start_id,
            signature,
            context.own_names(greeting.server_key),
            *_shown(profile.invitations),
        )

    def _send(self, frame: ClientFrame) -> SendOnLink:
        return SendOnLink(self._context.account_id, self._generation, frame)

    def _close(self) -> CloseLink:
        return CloseLink(self._context.account_id, self._generation)


def _shown(invitations: tuple[str, ...]) -> tuple[bytes, bytes]:
    """Id and token of the invitation by which an account is made: as long as it is not, there is no other."""
    if not invitations:
        return b"", b""
    read = read_invitation(invitations[0])
    return read.invite_id, admit_token(read.secret)
