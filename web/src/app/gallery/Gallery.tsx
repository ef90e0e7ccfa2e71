/** Every component in every state, in both themes side by side, for looking at. */
import { Ban, MessagesSquare, Search, Send } from "lucide-react";
import type { ReactNode } from "react";

import { Avatar } from "../../components/Avatar";
import { CountBadge } from "../../components/Badge";
import { Banner } from "../../components/Banner";
import type { ButtonKind } from "../../components/Button";
import { Button, IconButton } from "../../components/Button";
import { CopyDetail } from "../../components/CopyDetail";
import { EmptyState } from "../../components/EmptyState";
import { Field } from "../../components/Field";
import { Logo } from "../../components/Logo";
import { PathMark } from "../../components/PathMark";
import { PersonName } from "../../components/PersonName";
import { Sparkline } from "../../components/Sparkline";
import type { GlyphStatus } from "../../components/StatusGlyph";
import { StatusGlyph, statusName } from "../../components/StatusGlyph";
import { Switch } from "../../components/Switch";
import { initials } from "../../words/names";
import { wayWord } from "../../words/paths";
import { knownCodes, sentenceOf } from "../../words/reasons";

const KINDS: readonly ButtonKind[] = ["primary", "soft", "secondary", "quiet", "danger", "danger-quiet"];
const STATUSES: readonly GlyphStatus[] = ["handing-over", "queued", "sent", "delivered", "read", "needs-you"];
const NAMES = [
  "Ada Lindgren",
  "ليلى حداد",
  "👩‍🚀 Day",
  "x",
  "Karl-Johan Bartholomäus von Nilsson-Abernathy the Third",
];
const WAYS = ["direct", "relayed", "mailbox", "waiting", "held", "stopped", "unknown"] as const;
const wave = (count: number, usual: number) =>
  Array.from({ length: count }, (_, index) => usual * (1 + 0.2 * Math.sin(index * 1.7)));
const TRIPS: readonly (readonly (readonly number[])[])[] = [
  [wave(60, 12)],
  [wave(15, 70), wave(30, 12)],
  [[12, 12, 12, 90, 12, 12]],
  [[5]],
  [],
];
const nothing = () => undefined;

export default function Gallery() {
  return (
    <main aria-label="Gallery" className="grid h-full overflow-y-auto desktop:grid-cols-2">
      {(["light", "dark"] as const).map((theme) => (
        <div
          key={theme}
          data-theme={theme}
          className="gallery-theme flex flex-col gap-8 bg-surface p-6 text-ink"
        >
          <Sheet />
        </div>
      ))}
    </main>
  );
}

function Sheet() {
  return (
    <>
      <Part title="Logo">
        <Logo size={24} />
        <Logo size={32} />
        <Logo size={56} />
      </Part>
      <Part title="Type">
        <p className="text-24 font-bold">24 bold</p>
        <p className="text-18 font-bold">18 bold</p>
        <p className="text-15">15 text</p>
        <p className="text-13 text-ink-2">13 secondary</p>
        <p className="text-12 text-ink-3">12 tertiary</p>
      </Part>
      {KINDS.map((kind) => (
        <Part key={kind} title={`Button, ${kind}`}>
          {(["small", "medium", "large"] as const).map((size) => (
            <Button key={size} kind={kind} size={size} icon={<Send size={16} aria-hidden />}>
              Connect
            </Button>
          ))}
          <Button kind={kind} busy>
            Busy
          </Button>
          <Button kind={kind} disabled>
            Disabled
          </Button>
        </Part>
      ))}
      <Part title="Icon button">
        <IconButton label="Search" icon={<Search size={18} aria-hidden />} />
        <IconButton label="Pressed" aria-pressed icon={<Search size={18} aria-hidden />} />
        <IconButton label="Disabled" disabled icon={<Ban size={18} aria-hidden />} />
      </Part>
      <Part title="Field">
        <div className="w-full max-w-sm">
          <Field autoComplete="off" label="Empty" placeholder="What to type" advice="Advice below." />
        </div>
        <div className="w-full max-w-sm">
          <Field autoComplete="off" label="Wrong" defaultValue="a b" problem="A username has no blanks." />
        </div>
        <div className="w-full max-w-sm">
          <Field autoComplete="off" label="Secret" type="password" defaultValue="long enough" />
        </div>
      </Part>
      <Part title="Switch">
        <div className="w-full max-w-md">
          <Switch label="On" note="What it means." checked onChange={nothing} />
          <Switch label="Off" note="What it means." checked={false} onChange={nothing} />
          <Switch label="Disabled" checked disabled onChange={nothing} />
        </div>
      </Part>
      <Part title="Avatar">
        {NAMES.map((name, index) => (
          <Avatar
            key={name}
            initials={initials(name)}
            colourKey={`${name} ${index.toString()}`}
            size={([20, 24, 32, 40, 80] as const)[index] ?? 32}
            presence={index % 2 === 0 ? "online" : "offline"}
            verified={index > 1}
          />
        ))}
        {Array.from({ length: 24 }, (_, index) => (
          <Avatar key={index} initials="AB" colourKey={`hue ${index.toString()}`} />
        ))}
      </Part>
      <Part title="Names">
        {NAMES.map((name) => (
          <PersonName key={name} name={name} username="someone" className="max-w-full truncate text-15" />
        ))}
      </Part>
      <Part title="Status">
        {STATUSES.map((status) => (
          <span key={status} className="flex items-center gap-2 text-13">
            <StatusGlyph status={status} /> {statusName(status)}
          </span>
        ))}
        {STATUSES.map((status) => (
          <span key={status} className="rounded-card bg-own px-3 py-1">
            <StatusGlyph status={status} />
          </span>
        ))}
      </Part>
      <Part title="Connection">
        {WAYS.map((way) => (
          <PathMark
            key={way}
            way={way}
            word={wayWord(way)}
            number={way === "direct" ? "12 ms" : way === "relayed" ? "" : null}
          />
        ))}
        <PathMark way="direct" word="direct, unsteady" number="999 ms" unsteady />
      </Part>
      <Part title="Round trips">
        {TRIPS.map((parts, index) => (
          <Sparkline key={index} parts={parts} places={60} label="Round trips" />
        ))}
        <Sparkline parts={TRIPS[1] ?? []} places={60} label="Round trips" size="wide" />
      </Part>
      <Part title="Badge">
        {[0, 1, 42, 1000].map((count) => (
          <CountBadge key={count} count={count} label="unread" />
        ))}
      </Part>
      <Part title="Banner">
        <div className="w-full">
          <Banner tone="info">Connecting to team.example.org… 3 s</Banner>
          <Banner tone="waiting" action={<Button size="small">Try now</Button>}>
            Casemate on this computer has not answered since 14:02.
          </Banner>
          <Banner tone="danger">A newer copy of this account took over.</Banner>
        </div>
      </Part>
      <Part title="Empty">
        <EmptyState
          icon={<MessagesSquare size={22} />}
          title="Pick a conversation"
          action={<Button kind="primary">Find people</Button>}
        >
          Says what this place is for, and offers the next step.
        </EmptyState>
      </Part>
      <Part title="Loading">
        <span className="skeleton size-10 !rounded-round" />
        <span className="skeleton h-4 w-56" />
      </Part>
      <Part title="Words">
        <ul className="flex w-full flex-col gap-1.5 text-13">
          {[...knownCodes(), "moon_phase"].map((code) => (
            <li key={code}>
              <code className="font-mono text-12 text-ink-3">{code}</code>{" "}
              {sentenceOf(
                { code, params: SAMPLE, acts: "retry" },
                { peer: "Bea", server: "team.example.org" },
              )}
            </li>
          ))}
        </ul>
        <CopyDetail detail="moon_phase phase=new" />
      </Part>
    </>
  );
}

const SAMPLE = {
  since: "1764000000000",
  until: "1764600000000",
  username: "bea",
  existing: "bea",
  address: "team.example.org:12349",
  limit: "1048576",
};

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h2 className="text-12 font-medium text-ink-3">{title}</h2>
      <div className="flex flex-wrap items-center gap-3">{children}</div>
    </section>
  );
}
