/** How messages travel right now: a picture of it, and everybody one by one. */
import { UserRoundPlus, Waypoints } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";

import type { Cid } from "../../api/generated";
import { Button } from "../../components/Button";
import { EmptyState } from "../../components/EmptyState";
import { HowToUpdate } from "../../components/HowToUpdate";
import { PathGlyph } from "../../components/PathGlyph";
import { useConnection, useNow, useSession, useWorkspace } from "../../state/context";
import { connectedOf } from "../../words/lists";
import { isAmbiguous } from "../../words/names";
import { wayWord } from "../../words/paths";
import { isToUpdateHere, programWords } from "../../words/programVersions";
import { sinceTime } from "../../words/times";
import { useAmbiguousNames } from "../../words/useAmbiguousNames";
import { ConnectionRow } from "./ConnectionRow";
import { groupsOf, summaryOf } from "./connectionList";
import { Picture } from "./Picture";

interface Props {
  readonly onDiscover: () => void;
  readonly onSettings: () => void;
}

/** As often as round trips are measured. */
const REFRESH_MILLISECONDS = 3000;

export function ConnectionsScreen({ onDiscover, onSettings }: Props) {
  const { cid } = useSession();
  const account = useWorkspace((workspace) => workspace.account);
  const people = useWorkspace(connectedOf);
  const now = useNow(REFRESH_MILLISECONDS);
  const [pointed, setPointed] = useState<Cid | null>(null);
  const ambiguous = useAmbiguousNames();
  const connection = useConnection();
  const service = connection.state === "open" ? connection.service : null;
  const { link, settings, server_program: program } = account;
  const groups = groupsOf(people, link);
  const summary = summaryOf(groups);
  const away = link.state === "away" ? `, the server away since ${sinceTime(link.since, now)}` : "";
  return (
    <div className="h-full overflow-y-auto bg-surface">
      <div className="@container mx-auto flex max-w-4xl flex-col gap-5 px-5 py-8">
        <header>
          <h1 className="text-24 font-bold tracking-tight">Connections</h1>
          <p role="status" className="min-h-[1.18rem] text-13 text-ink-2 tabular-nums">
            {people.length === 0 ? "Nobody to reach yet" : capitalised(summary)}
          </p>
        </header>
        <Picture
          account={account}
          people={groups.flatMap((group) => group.people)}
          ambiguous={ambiguous}
          label={
            people.length === 0
              ? `You and the server${away}`
              : `You and the people you talk with: ${summary}${away}`
          }
          pointed={pointed}
          now={now}
        />
        {program !== null && service !== null && (
          <p role="note" className="rounded-card bg-accent-soft px-4 py-2.5 text-13 text-pretty">
            {programWords(program, service.version)}{" "}
            {isToUpdateHere(program) && <HowToUpdate command={service.update_command} />}
          </p>
        )}
        {settings.relay_only && people.length > 0 && (
          <Note onSettings={onSettings}>
            {groups.some(({ way }) => way === "direct")
              ? "Your address is hidden: only people on this very computer are direct."
              : "Your address is hidden, so everything takes the server’s relay and nothing is direct."}
          </Note>
        )}
        {settings.appear_offline && people.length > 0 && (
          <Note onSettings={onSettings}>
            You appear offline, so everything goes through the server: a connection of your own would give you
            away.
          </Note>
        )}
        {people.length === 0 ? (
          <EmptyState
            icon={<Waypoints size={22} />}
            title="Nobody is connected yet"
            action={
              <Button kind="primary" icon={<UserRoundPlus size={16} aria-hidden />} onClick={onDiscover}>
                Find people
              </Button>
            }
          >
            As soon as you and somebody agreed to talk, you see here how your messages travel to them.
          </EmptyState>
        ) : (
          groups.map(({ way, people: group }) => (
            <section key={way} aria-label={capitalised(wayWord(way))} className="flex flex-col gap-1.5">
              <h2 className="flex items-center gap-2 text-13 font-medium text-ink-2">
                <PathGlyph way={way} />
                {capitalised(wayWord(way))}
                <span className="font-normal text-ink-3 tabular-nums">{group.length}</span>
              </h2>
              <ul className="divide-y divide-line rounded-card border border-line bg-raised [--behind:var(--raised)]">
                {group.map((peer) => (
                  <ConnectionRow
                    key={peer.cid.toString()}
                    account={cid}
                    peer={peer}
                    link={link}
                    ambiguous={isAmbiguous(peer, ambiguous)}
                    now={now}
                    onPoint={setPointed}
                  />
                ))}
              </ul>
            </section>
          ))
        )}
      </div>
    </div>
  );
}

function Note({ onSettings, children }: { readonly onSettings: () => void; readonly children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-card bg-accent-soft px-4 py-2.5 text-13">
      <p className="min-w-0 flex-1 basis-60 text-pretty">{children}</p>
      <Button size="small" onClick={onSettings}>
        Settings
      </Button>
    </div>
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
