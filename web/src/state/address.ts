/** Where a tab is, as its address says; the account is a part of it, so no two tabs share one. */
import type { Cid } from "../api/generated";

export type Route =
  | { readonly screen: "landing"; readonly ask: Asked }
  | { readonly screen: "workspace"; readonly cid: Cid; readonly place: Place }
  | { readonly screen: "gallery" }
  | { readonly screen: "nowhere" };

/** Which way in somebody took on the first screen. */
export type Asked = "ways" | "create" | "sign-in" | "join";

export type Place =
  | { readonly kind: "home" }
  | { readonly kind: "people" }
  | { readonly kind: "connections" }
  | { readonly kind: "settings" }
  /** With a message: at that one. */
  | { readonly kind: "conversation"; readonly conversation: string; readonly message?: string }
  /** The conversation with them, as soon as there is one. */
  | { readonly kind: "with"; readonly peer: Cid };

export const LANDING: Route = { screen: "landing", ask: "ways" };

const CID = /^(0|[1-9]\d{0,19})$/;
/** Of a conversation, and of a message. */
const ID = /^[0-9a-f]{32}$/;
const LARGEST_CID = (1n << 64n) - 1n;

export function parseRoute(path: string, search = ""): Route {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts.length === 0) return { screen: "landing", ask: askOf(search) };
  if (parts.length === 1 && parts[0] === "join") return { screen: "landing", ask: "join" };
  if (parts.length === 1 && parts[0] === "gallery") return { screen: "gallery" };
  if (parts[0] !== "a") return { screen: "nowhere" };
  const cid = parseCid(parts[1]);
  const place = parsePlace(parts.slice(2));
  return cid === null || place === null ? { screen: "nowhere" } : { screen: "workspace", cid, place };
}

export function pathOf(route: Route): string {
  switch (route.screen) {
    case "landing":
      return route.ask === "ways" ? "/" : route.ask === "join" ? "/join" : `/?${route.ask}`;
    case "gallery":
      return "/gallery";
    case "nowhere":
      return "/nowhere";
    case "workspace":
      return `/a/${route.cid.toString()}${pathOfPlace(route.place)}`;
  }
}

export function parseCid(text: string | undefined): Cid | null {
  if (text === undefined || !CID.test(text)) return null;
  const cid = BigInt(text);
  return cid > 0n && cid <= LARGEST_CID ? cid : null;
}

function askOf(search: string): Exclude<Asked, "join"> {
  const names = new URLSearchParams(search);
  return names.has("create") ? "create" : names.has("sign-in") ? "sign-in" : "ways";
}

function parsePlace([kind, id, message, ...rest]: readonly string[]): Place | null {
  if (rest.length > 0 || (message !== undefined && kind !== "c")) return null;
  if (kind === undefined) return { kind: "home" };
  if (kind === "people" || kind === "connections" || kind === "settings")
    return id === undefined ? { kind } : null;
  if (kind === "with") return parsePeer(id);
  if (kind !== "c" || id === undefined || !ID.test(id)) return null;
  if (message === undefined) return { kind: "conversation", conversation: id };
  return ID.test(message) ? { kind: "conversation", conversation: id, message } : null;
}

function parsePeer(text: string | undefined): Place | null {
  const peer = parseCid(text);
  return peer === null ? null : { kind: "with", peer };
}

function pathOfPlace(place: Place): string {
  if (place.kind === "home") return "";
  if (place.kind === "with") return `/with/${place.peer.toString()}`;
  if (place.kind !== "conversation") return `/${place.kind}`;
  return `/c/${place.conversation}${place.message === undefined ? "" : `/${place.message}`}`;
}
