/** One's own reaction to a message, on or off; a line says so where it could not be done. */
import type { MessageView } from "../../../api/generated";
import type { AccountSession } from "../../../state/AccountSession";
import { MOST_REACTIONS } from "../../../state/Reacting";

export async function toggleReaction(
  { reacting, notices }: AccountSession,
  message: MessageView,
  emoji: string,
): Promise<void> {
  try {
    if (!(await reacting.toggle(message, emoji)))
      notices.notDone(
        `You have given this message ${MOST_REACTIONS.toString()} emojis, which is as many as it takes.`,
      );
  } catch (error) {
    notices.failed(error);
  }
}
