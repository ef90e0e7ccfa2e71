/** What the internal service says of how a name looks, well enough for screens: a few look-alikes, and what is not drawn. */
import type { NameLooks } from "../api/generated";

const LOOK_ALIKE: Readonly<Record<string, string>> = { а: "a", е: "e", о: "o", р: "p", с: "c", х: "x" };
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;

export function fakeLooks(full_name: string, username: string): NameLooks {
  const shown = full_name === "" ? username : full_name;
  const drawn = shown.normalize("NFKC").replace(UNSEEN, "").toLowerCase();
  return {
    drawn: drawn.replace(/./gu, (sign) => LOOK_ALIKE[sign] ?? sign),
    unseen: shown.search(UNSEEN) !== -1,
  };
}
