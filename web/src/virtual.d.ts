declare module "virtual:emojis/*" {
  import type { PackedEmoji } from "./text/emojis";

  const emojis: readonly PackedEmoji[];
  export default emojis;
}
