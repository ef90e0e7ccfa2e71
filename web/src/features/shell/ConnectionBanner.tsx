/** What is not reachable right now, since when, and what happens about it. */
import type { LinkView, PeerView } from "../../api/generated";
import { Button } from "../../components/Button";
import { Banner } from "../../components/Banner";
import { HowToUpdate } from "../../components/HowToUpdate";
import { StartAgain } from "../../components/StartAgain";
import { commandsOfService } from "../../state/commands";
import { useConnection, useNow, useService, useSessionState } from "../../state/context";
import { connectedOf } from "../../words/lists";
import { listOfNames } from "../../words/names";
import { sentenceOf, TOO_OLD } from "../../words/reasons";
import { shortDuration, sinceTime } from "../../words/times";

/** A restart of the service, or of the server, takes less: the page does not move for it. */
const UNNOTICED_MILLISECONDS = 1200;

/** Reasons that say no more than that it is away. */
const SAID_ALREADY = new Set(["server_away", "server_unreachable"]);

/** The relay is a part of the server: what goes through it is believed once it had the time to be missed. */
const RELAY_MISSED_MILLISECONDS = 12_000;

const NOBODY: readonly PeerView[] = [];

export function ConnectionBanner({ onSignOut }: { readonly onSignOut: () => void }) {
  const connection = useConnection();
  if (connection.state === "lost")
    return <ServiceGone since={connection.since} retryAt={connection.retryAt} />;
  const storage = connection.state === "open" ? connection.storage : null;
  return (
    <>
      {storage !== null && (
        <Banner
          tone={storage.code === "disk_full" ? "danger" : "waiting"}
          alarm={storage.code === "disk_full"}
        >
          {sentenceOf(storage)}
        </Banner>
      )}
      {/* Without room nothing is linked, whatever the server does. */}
      {storage?.code !== "disk_full" && <ServerLink onSignOut={onSignOut} />}
    </>
  );
}

function ServiceGone({ since, retryAt }: { readonly since: number; readonly retryAt: number | null }) {
  const service = useService();
  const now = useNow(500);
  if (now - since < UNNOTICED_MILLISECONDS) return null;
  return (
    <Banner
      tone="waiting"
      action={
        <Button
          size="small"
          onClick={() => {
            service.retryNow();
          }}
        >
          Try now
        </Button>
      }
    >
      Casemate on this computer has not answered since {sinceTime(since, now)}. You can read on, and write; it
      is handed over when it is back. <StartAgain {...commandsOfService()} />{" "}
      {/* As wide as its longest words: the line does not break elsewhere with each try. A clock is not read out. */}
      <span aria-hidden className="inline-block min-w-34 whitespace-nowrap text-ink-2 tabular-nums">
        {retryAt === null || retryAt <= now ? "Trying…" : `Trying again in ${shortDuration(retryAt - now)}.`}
      </span>
    </Banner>
  );
}

function ServerLink({ onSignOut }: { readonly onSignOut: () => void }) {
  const account = useSessionState(({ workspace }) => workspace?.account);
  const connected = useSessionState(({ workspace }) =>
    workspace === null ? NOBODY : connectedOf(workspace),
  );
  const connection = useConnection();
  const service = connection.state === "open" ? connection.service : null;
  const now = useNow(1000);
  if (account === undefined) return null;
  const { link, server_address } = account;
  if (link.state !== "fenced" && now - link.since < UNNOTICED_MILLISECONDS) return null;
  switch (link.state) {
    case "online":
      return null;
    case "connecting":
      return (
        <Banner tone="info">
          Connecting to {server_address}… <span aria-hidden>{shortDuration(now - link.since)}</span>
        </Banner>
      );
    case "away":
      return (
        <Banner tone="waiting">
          {isTooOld(link)
            ? `Nothing comes from the server since ${sinceTime(link.since, now)}.`
            : `The server is away since ${sinceTime(link.since, now)}.`}{" "}
          {whatGoesOn(connected, link, now)}
          {link.reason !== null && !SAID_ALREADY.has(link.reason.code) && (
            <>
              {" "}
              {link.reason.code === "update_this_computer" && service !== null ? (
                <>
                  {TOO_OLD} <HowToUpdate command={service.update_command} />
                </>
              ) : (
                sentenceOf(link.reason, { server: server_address, now })
              )}
            </>
          )}
        </Banner>
      );
    case "fenced":
      return (
        <Banner
          tone="danger"
          alarm
          action={
            <Button size="small" onClick={onSignOut}>
              Sign out
            </Button>
          }
        >
          {sentenceOf(link.reason ?? { code: "fenced", params: {}, acts: "user" }, {
            server: server_address,
            now,
          })}
        </Banner>
      );
  }
}

/** It is there, and one of the two programs is too old for the other. */
function isTooOld({ reason }: LinkView): boolean {
  return reason?.code === "update_this_computer" || reason?.code === "update_server";
}

/** Those with a connection of their own do not need the server. */
function whatGoesOn(connected: readonly PeerView[], link: LinkView, now: number): string {
  const relayGoesOn = now - link.since > RELAY_MISSED_MILLISECONDS;
  const reached = connected.filter(
    ({ path }) => path?.kind === "direct" || (path?.kind === "relayed" && relayGoesOn),
  );
  if (reached.length === 0)
    return `You can read and write; messages leave when ${isTooOld(link) ? "the older program is updated" : "it is back"}.`;
  const goesOn = `Messages with ${listOfNames(reached)} go on without it`;
  return reached.length === connected.length ? `${goesOn}.` : `${goesOn}; the others wait for it.`;
}
