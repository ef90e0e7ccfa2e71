/** Where a server may be, as the service tells it: written by the person, and nothing known of it, unless said. */
import type { ServerAddressView } from "../api/generated";

export function serverAddressView(address: string, what: Partial<ServerAddressView> = {}): ServerAddressView {
  return { address, by_person: true, in_use: false, away_since: null, reason: null, ...what };
}
