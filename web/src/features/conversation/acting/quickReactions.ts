/** The emojis one is offered at once: those that one used last, then what most people say. */
import { emojiHabits } from "../../../components/emojiHabits";

const USUAL = ["👍", "❤️", "😂", "😮", "🙏", "🎉"];

export function quickReactions(count: number): readonly string[] {
  return [...new Set([...emojiHabits().recent, ...USUAL])].slice(0, count);
}
