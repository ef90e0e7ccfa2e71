/**
 * Runs before the rest of the page has come, and before anything is painted: chooses the looks, opens the socket, and
 * asks all that this address is certain to need. What is imported here comes before the rest, too, so it is little.
 */
import type { Question } from "./api/EarlySocket";
import { EarlySocket, HELLO, serviceAddress } from "./api/EarlySocket";
import type { Socket } from "./api/WebSocketService";
import type { Route } from "./state/address";
import { applyLooks, storedLooks } from "./state/chosenLooks";
import { fetchInvitation, takeInvitation } from "./state/invitation";
import { firstPageMessages } from "./state/firstPage";
import { firstRoute } from "./state/tabAccount";

takeInvitation();
applyLooks(storedLooks());

export const route = firstRoute();

/** Null where the page is shown without any service. */
export const socket =
  import.meta.env.MODE === "fake"
    ? null
    : new EarlySocket(new WebSocket(serviceAddress()) as unknown as Socket, [HELLO, ...questionsOf(route)]);
if (socket !== null) void fetchInvitation();

function questionsOf(route: Route): readonly Question[] {
  if (route.screen !== "workspace") return [];
  const { cid, place } = route;
  const account = { name: "Subscribe", fields: { cid } };
  if (place.kind !== "conversation") return [account];
  const fields = { cid, conversation: place.conversation, limit: firstPageMessages() };
  return [account, { name: "GetTimeline", fields }];
}
