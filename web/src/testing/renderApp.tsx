/** The whole UI in a test: at an address, over a fake world with two people on this computer. */
import { act, cleanup, render, waitFor } from "@testing-library/react";
import type { UserEvent } from "@testing-library/user-event";
import userEvent from "@testing-library/user-event";
import type { ComponentType } from "react";

import type { InternalService } from "../api/InternalService";
import { thisBrowser } from "../state/browser";
import { readAddress } from "../state/route";
import { Sessions } from "../state/sessions";
import { conversationId } from "./conversationId";
import { FakeInternalService } from "./FakeInternalService";
import { FakeWorld } from "./FakeWorld";

/** Beyond 2^53, as nearly all cids are. */
export const ANN = 17_900_000_000_000_000_001n;
export const BOB = 16_100_000_000_000_000_003n;
export const CARA = 9_007_199_254_740_993n;

export interface AppProps {
  readonly service: InternalService;
  readonly sessions: Sessions;
}

export interface Shown {
  readonly world: FakeWorld;
  readonly service: FakeInternalService;
  readonly user: UserEvent;
}

/** Ann and Bob are on this computer, signed in and connected; Cara is on the server only. */
export function worldOfThree(): FakeWorld {
  const world = new FakeWorld();
  const ann = world.person(ANN, "ann", "Ann Ash", { local: true });
  const bob = world.person(BOB, "bob", "Bob Birch", { local: true });
  world.person(CARA, "cara", "Cara Cedar", { online: true });
  world.agree(ann, bob);
  return world;
}

export async function showApp(
  App: ComponentType<AppProps>,
  address: string,
  world: FakeWorld = worldOfThree(),
): Promise<Shown> {
  cleanup(); // a test may look at one address after the other
  window.history.replaceState(null, "", address);
  const service = new FakeInternalService(world);
  let page: HTMLElement | null = null;
  await act(async () => {
    readAddress();
    ({ container: page } = render(<App service={service} sessions={new Sessions(service, thisBrowser())} />));
    await Promise.resolve();
  });
  // A screen whose code comes later is there a moment later.
  await waitFor(() => {
    if (page?.textContent === "") throw new Error("nothing is shown yet");
  });
  return { world, service, user: userEvent.setup({ delay: null }) };
}

export function conversationOf(cid: bigint, peer: bigint): string {
  return `/a/${cid.toString()}/c/${conversationId(cid, peer)}`;
}
