/** Messages on the clipboard: as words, or as the address of one. */
import type { Cid, MessageView } from "../../../api/generated";
import { pathOf } from "../../../state/address";
import type { Notices } from "../../../state/Notices";
import { fullTime } from "../../../words/times";
import { hasText } from "./actionsOf";

/** On this computer: the page is served by its internal service alone. */
export function messageAddress(cid: Cid, { conversation, id }: MessageView): string {
  const place = { kind: "conversation", conversation, message: id } as const;
  return location.origin + pathOf({ screen: "workspace", cid, place });
}

/** One as it was written; of several who said it, and when. */
export async function copyMessages(
  notices: Notices,
  messages: readonly MessageView[],
  peerName: string,
): Promise<void> {
  const said = messages.filter(hasText);
  const [only] = said;
  if (only === undefined) {
    notices.notDone("There are no words in it to copy.");
    return;
  }
  const text = (message: MessageView) => message.text ?? "";
  const whole =
    said.length === 1
      ? text(only)
      : said
          .map(
            (message) =>
              `${message.mine ? "You" : peerName}, ${fullTime(message.shown_at)}\n${text(message)}`,
          )
          .join("\n\n");
  await notices.copy(whole, said.length === 1 ? "Copied" : `${said.length.toString()} messages are copied`);
}
