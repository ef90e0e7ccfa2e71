import type { Answers, RequestFields } from "../api/InternalService";
import type { Cid, InviteView, Reason } from "../api/generated";
import type { FakeWorld } from "./FakeWorld";

const SERVER = "127.0.0.1:12349";

interface Owned {
  readonly owner: Cid;
  view: InviteView;
}

/** Invitations of everybody in a fake world. A link is the invitation's id after the mark of real ones. */
export class FakeInvites {
  private owned: Owned[] = [];
  /** What the next MakeInvite is refused with. */
  refuses: Reason | null = null;

  constructor(private readonly world: FakeWorld) {}

  make({ cid, uses, seconds }: RequestFields<"MakeInvite">): Answers["MakeInvite"] {
    const id = (this.owned.length + 1).toString(16).padStart(32, "0");
    const now = this.world.now();
    const host = this.world.reach.reach === "this-computer" ? SERVER : "192.0.2.7:12349";
    const view: InviteView = {
      id,
      state: "usable",
      link: `http://${host}/join#casemate1-${id}`,
      uses,
      made_at: now,
      ends_at: now + seconds * 1000,
      guests: [],
      refused: null,
    };
    this.owned = [{ owner: cid, view }, ...this.owned];
    return this.of(cid);
  }

  takeBack({ cid, invite }: RequestFields<"TakeBackInvite">): Answers["TakeBackInvite"] {
    for (const each of this.owned)
      if (each.view.id === invite) each.view = { ...each.view, state: "ended", link: null };
    return this.of(cid);
  }

  /** The server takes nobody by any of them, or does again. */
  judge(cid: Cid, refused: Reason | null): void {
    const judged = this.owned.filter(({ owner, view }) => owner === cid && view.link !== null);
    for (const each of judged)
      each.view = { ...each.view, refused, state: refused === null ? "usable" : "refused" };
    const account = this.world.account(cid);
    account.invitesRefused = refused === null ? 0 : judged.length;
    account.changeAccount();
  }

  of(cid: Cid): Answers["ListInvites"] {
    const invites = this.owned.filter(({ owner }) => owner === cid).map(({ view }) => view);
    return { cid, request_id: null, invites };
  }

  /** Undefined when the text holds no invitation. */
  find(text: string): Owned | undefined {
    const id = /casemate1-([0-9a-f]{32})/u.exec(text)?.[1];
    return this.owned.find(({ view }) => view.id === id);
  }

  read(found: Owned): Answers["ReadInvitation"] {
    const here = [...this.world.accounts.values()].filter(
      ({ local, state }) => local && state !== "signed_out",
    );
    return {
      cid: 0n,
      request_id: null,
      server_addr: SERVER,
      fingerprint: "7c1f 0b93 e2a4 51d8 90ce 4f77 a60b 3d12",
      inviter: found.owner,
      here: here.map(({ cid }) => cid),
      own: here.some(({ cid }) => cid === found.owner),
    };
  }

  /** Somebody comes by it: they are in a conversation with who made it, or wait until their computer is on. */
  comes(found: Owned, guest: Cid): void {
    const [owner, other] = [this.world.account(found.owner), this.world.account(guest)];
    this.world.requestContact(other, owner);
    if (!owner.online) {
      const met = { met: "by_their_invitation", awaited: true, connection: "asking" } as const;
      other.changePeer({ ...this.world.peer(other, owner), ...met });
      return;
    }
    this.world.answerContact(owner, other, true);
    this.world.setConnected(owner, other, true);
    owner.changePeer({ ...this.world.peer(owner, other), met: "by_our_invitation" });
    const { username, full_name } = other;
    const guests = [...found.view.guests, { cid: guest, username, full_name, came_at: this.world.now() }];
    const used_up = guests.length >= found.view.uses;
    found.view = { ...found.view, guests, ...(used_up ? { state: "used_up", link: null } : {}) };
  }
}
