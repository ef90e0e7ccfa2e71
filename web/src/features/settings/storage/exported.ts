/** A conversation as a file: a web page that needs nothing else, or JSON for programs. */
import type { MessageView } from "../../../api/generated";
import { lineOf, saidIn } from "../../../words/previews";
import { clockTime, fullDay, fullTime, isoTime, sameDay } from "../../../words/times";

export type Format = "html" | "json";

/** Who wrote in it, and when the file was made (Unix milliseconds). */
export interface AboutExport {
  readonly me: ExportedPerson;
  readonly them: ExportedPerson;
  readonly madeAt: number;
}

export interface ExportedPerson {
  readonly name: string;
  readonly username: string;
  readonly accountId: string;
}

/** Makes the file a page of messages at a time, oldest first; what was made once is never looked at again. */
export interface ExportWriter {
  add(messages: readonly MessageView[]): void;
  finish(): Blob;
}

export function exportWriterOf(format: Format, about: AboutExport): ExportWriter {
  return format === "html" ? new WebPage(about) : new Json(about);
}

/** Of letters that every file system takes. */
export function fileName({ them, madeAt }: AboutExport, format: Format): string {
  const name = them.name
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, " ")
    .trim()
    .slice(0, 60);
  const day = isoTime(madeAt).slice(0, 10);
  return `Casemate ${name || "conversation"} ${day}.${format}`;
}

class Json implements ExportWriter {
  private readonly parts: string[] = [];

  constructor(private readonly about: AboutExport) {}

  add(messages: readonly MessageView[]): void {
    if (messages.length === 0) return;
    if (this.parts.length > 0) this.parts.push(",\n");
    this.parts.push(messages.map((message) => JSON.stringify(recordOf(message, this.about))).join(",\n"));
  }

  finish(): Blob {
    const { me, them, madeAt } = this.about;
    const people = [me, them].map(({ name, username, accountId }) => ({
      name,
      username,
      account_id: accountId,
    }));
    const head = JSON.stringify({ casemate_export: 1, made_at: isoTime(madeAt), people }).slice(0, -1);
    return new Blob([head, ',"messages":[\n', ...this.parts, "\n]}\n"], {
      type: "application/json",
    });
  }
}

function recordOf(message: MessageView, about: AboutExport) {
  const line = lineOf(message, about.them.name);
  const { reply } = message;
  return {
    id: message.id,
    author: message.author,
    kind: message.kind,
    written_at: isoTime(message.written_at),
    arrived_at: message.mine ? null : isoTime(message.arrived_at),
    text: line ?? (message.deleted ? null : message.text),
    edited_at: message.edited_at === null ? null : isoTime(message.edited_at),
    deleted: message.deleted,
    status: message.status,
    answers: reply === null ? null : { author: reply.author, id: reply.id },
    reactions: message.reactions.map(({ emoji, authors }) => ({ emoji, authors })),
  };
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
header p, .line, time, small { opacity: 0.75; }
h2 { font-size: 0.9rem; margin: 2rem 0 0.5rem; }
article { padding: 0.35rem 0.75rem; border-radius: 0.5rem; margin: 0.25rem 0; }
article.mine { background: rgb(127 127 127 / 12%); }
article p, .line { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
blockquote { margin: 0 0 0.25rem; padding-left: 0.6rem; border-left: 2px solid; opacity: 0.75; }
time, small { font-size: 0.8rem; }
.line { text-align: center; font-size: 0.85rem; padding: 0.5rem 0; }
`;

class WebPage implements ExportWriter {
  private readonly parts: string[] = [];
  private last = -Infinity;

  constructor(private readonly about: AboutExport) {}

  add(messages: readonly MessageView[]): void {
    this.parts.push(messages.map((message) => `${this.day(message)}${this.row(message)}\n`).join(""));
  }

  finish(): Blob {
    const { me, them, madeAt } = this.about;
    const title = `${me.name} and ${them.name}`;
    // Nothing in the file is loaded or run, whatever somebody wrote.
    const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
    const head =
      `<!doctype html><html><head><meta charset="utf-8">` +
      `<meta http-equiv="Content-Security-Policy" content="${policy}">` +
      `<meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>` +
      `<style>${STYLE}</style></head><body><header><h1 dir="auto">${escaped(title)}</h1>` +
      `<p>As it stood on ${escaped(fullTime(madeAt))}, on the computer of ${named(me)}.</p></header><main>\n`;
    return new Blob([head, ...this.parts, "</main></body></html>\n"], { type: "text/html" });
  }

  private day({ shown_at }: MessageView): string {
    const begins = this.last === -Infinity || !sameDay(this.last, shown_at);
    this.last = shown_at;
    return begins ? `<h2>${escaped(fullDay(shown_at))}</h2>\n` : "";
  }

  private row(message: MessageView): string {
    const line = lineOf(message, this.about.them.name);
    if (line !== null) return `<p class="line" dir="auto">${escaped(line)}</p>`;
    const author = message.mine ? this.about.me : this.about.them;
    const edited = message.edited_at === null ? "" : ` <small>(edited)</small>`;
    const reactions = message.reactions
      .map(({ emoji, authors }) => `${escaped(emoji)} ${authors.length.toString()}`)
      .join(" ");
    return (
      `<article class="${message.mine ? "mine" : "theirs"}"><b dir="auto">${escaped(author.name)}</b> ` +
      `<time datetime="${isoTime(message.shown_at)}">${escaped(clockTime(message.shown_at))}</time>${edited}` +
      `${quoteOf(message)}<p dir="auto">${escaped(saidIn(message))}</p>` +
      `${reactions === "" ? "" : `<small>${reactions}</small>`}</article>`
    );
  }
}

function quoteOf({ reply }: MessageView): string {
  if (reply === null) return "";
  return `<blockquote dir="auto">${escaped(reply.text ?? "A message that is not here")}</blockquote>`;
}

function named({ name, username }: ExportedPerson): string {
  return `<bdi>${escaped(name)}</bdi> (<bdi>@${escaped(username)}</bdi>)`;
}

const MEANT: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/gu, (mark) => MEANT[mark] ?? "");
}
