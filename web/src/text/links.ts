/** Which parts of a text can be followed, and what is shown for them: where they lead, not what they pretend. */
import { LinkifyIt } from "linkify-it";

export interface Link {
  readonly start: number;
  readonly end: number;
  readonly href: string;
  /** As it was written where that is honest, else as the browser reads it. */
  readonly shown: string;
}

const LONGEST = 2048;
const FINDER = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, urlAuth: true, maxLength: LONGEST });

/** The first links of a text, at most so many, in order. */
export function linksIn(text: string, most: number): Link[] {
  const links: Link[] = [];
  for (const { index, lastIndex, raw, schema, url } of FINDER.match(text) ?? []) {
    if (links.length === most) break;
    // Of addresses without a scheme only those that say so: `notes.py` and `e.g.this` are none.
    if (schema === "" && !/^www\.|^[^/]+@/iu.test(raw)) continue;
    const link = linkOf(raw, url);
    if (link !== null) links.push({ start: index, end: lastIndex, ...link });
  }
  return links;
}

/** Where an address leads that stands behind other words; null where nobody should be led. */
export function addressOf(address: string): { readonly href: string; readonly where: string } | null {
  const link = address.length > LONGEST ? null : linkOf(address, address);
  if (link === null) return null;
  const { href, host, pathname, protocol } = new URL(link.href);
  return { href, where: protocol === "mailto:" ? pathname : host };
}

function linkOf(raw: string, address: string): Pick<Link, "href" | "shown"> | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  switch (url?.protocol) {
    case "mailto:": {
      // Only the address: a subject, a body or a copy to others is not for the writer of a message to choose.
      const href = `mailto:${url.pathname}`;
      return { href, shown: DISTURBING.test(raw) || !isPlain(raw) ? href : raw };
    }
    case "http:":
    case "https:": {
      if (isThisComputer(url.hostname)) return null;
      const honest = !DISTURBING.test(raw) && isHonestHost(raw, url);
      url.username = url.password = "";
      return { href: url.href, shown: honest ? raw : url.href };
    }
    default:
      return null;
  }
}

/** Signs that are not drawn, or turn the direction of what follows: `exe.png` may be `gnp.exe`. */
const DISTURBING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

const isPlain = (text: string): boolean => /^[\x21-\x7e]+$/u.test(text);

/** Programs of this computer listen there, and a click must not hand them anything. */
export function isThisComputer(host: string): boolean {
  return (
    /(?:^|\.)localhost\.?$/u.test(host) ||
    /^(?:127|0)(?:\.\d+){3}$/u.test(host) ||
    /^\[::(?:1|ffff:7f[\da-f]{2}:[\da-f]{1,4}|ffff:0:0|7f[\da-f]{2}:[\da-f]{1,4})?\]$/u.test(host)
  );
}

/** Whether the host that is read is the host that is called. */
function isHonestHost(raw: string, url: URL): boolean {
  const written = /^(?:https?:\/\/)?([^/?#\\]*)/iu.exec(raw)?.[1] ?? "";
  if (url.username !== "" || url.password !== "" || written.includes("@")) return false;
  const shown = written.toLowerCase().replace(/:\d*$/u, "").split(".");
  const called = url.hostname.split(".");
  const foreignEnd = called.at(-1)?.startsWith("xn--") === true;
  return (
    shown.length === called.length &&
    called.every((label, at) => {
      const seen = shown[at] ?? "";
      return label === seen || (label.startsWith("xn--") && readsAsOne(seen, foreignEnd));
    })
  );
}

/**
 * Letters of one script, and of no other that could be taken for them: the rule of browsers for showing a name rather
 * than its punycode, in short. Cyrillic, Greek and Armenian hold look-alikes of Latin letters, and count only under a
 * top-level domain that is foreign, too.
 */
function readsAsOne(label: string, foreignEnd: boolean): boolean {
  return (
    SCRIPTS.some((script) => script.test(label)) || (foreignEnd && ALIKE.some((script) => script.test(label)))
  );
}

const SCRIPTS: readonly RegExp[] = [
  /^[-\da-zß-öø-įij-ķĺ-ňŋ-ž]+$/u,
  ...["Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil", "Thai", "Georgian", "Hangul"].map(alone),
  /^[-\d\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々]+$/u,
];
const ALIKE: readonly RegExp[] = ["Cyrillic", "Greek", "Armenian"].map(alone);

function alone(script: string): RegExp {
  return new RegExp(`^[-\\d\\p{M}\\p{Script=${script}}]+$`, "u");
}
