/** Which screen this tab shows: decided by its address, and by what the internal service says of the account in it. */
import { Compass } from "lucide-react";
import type { ReactNode } from "react";
import { useEffect, useSyncExternalStore } from "react";

import type { Cid, LocalAccount } from "../api/generated";
import type { Connection, InternalService } from "../api/InternalService";
import { AvatarPicturesContext } from "../components/avatarPictures";
import { Later } from "../components/Later";
import { TooltipProvider } from "../components/Tooltip";
import { rememberCommands } from "../state/commands";
import {
  ServiceContext,
  SessionContext,
  SessionsContext,
  useConnection,
  useSessions,
} from "../state/context";
import type { Asked, Place } from "../state/address";
import { LANDING } from "../state/address";
import { navigate, routes } from "../state/route";
import type { Sessions } from "../state/sessions";
import { forgetTabAccount, rememberTabAccount } from "../state/tabAccount";
import icon from "./favicon.svg";
import { Mishap } from "./Mishap";
import { landing, signedOutScreen } from "./parts";
import { Standstill } from "./Standstill";
import { Waiting } from "./Waiting";
import { WorkspaceScreen } from "./WorkspaceScreen";

/** Only in development: the condition is known when building, so the gallery is not even shipped. */
const gallery =
  import.meta.env.DEV || import.meta.env.MODE === "fake"
    ? async () => (await import("./gallery/Gallery")).default
    : null;

interface Props {
  readonly service: InternalService;
  readonly sessions: Sessions;
}

export function App({ service, sessions }: Props) {
  useEffect(() => sessions.watchOverWords(), [sessions]);
  useEffect(() => notifyLater(service), [service]);
  return (
    <ServiceContext value={service}>
      <SessionsContext value={sessions}>
        <TooltipProvider>
          <Mishap>
            <Screen />
          </Mishap>
        </TooltipProvider>
      </SessionsContext>
    </ServiceContext>
  );
}

/** Nothing of it is on the first screen. */
function notifyLater(service: InternalService): () => void {
  let stop: (() => void) | null = null;
  let over = false;
  void import("../state/notifying").then(
    ({ watchNotifications }) => {
      if (!over) stop = watchNotifications(service, icon);
    },
    () => undefined, // without it this computer notifies
  );
  return () => {
    over = true;
    stop?.();
  };
}

function Screen() {
  const route = useSyncExternalStore(routes.subscribe, routes.get);
  const connection = useConnection();
  const told = connection.state === "open" ? connection.service : null;
  useEffect(() => {
    if (told !== null) rememberCommands(told);
  }, [told]);
  if (route.screen === "gallery" && gallery !== null) return <Later load={gallery} of={{}} />;
  const accounts = accountsOf(connection);
  if (accounts === null) return <Waiting connection={connection} />;
  switch (route.screen) {
    case "landing":
      return <LandingScreen ask={route.ask} />;
    case "workspace":
      return <AccountScreen cid={route.cid} place={route.place} accounts={accounts} />;
    default:
      return <Nowhere title="There is nothing here" />;
  }
}

const LANDING_TITLES: Readonly<Record<Asked, string>> = {
  ways: "Casemate",
  create: "Create account · Casemate",
  "sign-in": "Sign in · Casemate",
  join: "Join by an invitation · Casemate",
};

function LandingScreen({ ask }: { readonly ask: Asked }) {
  useEffect(() => {
    forgetTabAccount();
    document.title = LANDING_TITLES[ask];
  }, [ask]);
  return <Later load={landing} of={{ ask, onEnter: enter, onMeet: meet }} failed={inTheMiddle} />;
}

function inTheMiddle(said: ReactNode) {
  return <main className="flex h-full items-center justify-center px-5">{said}</main>;
}

function AccountScreen({
  cid,
  place,
  accounts,
}: {
  readonly cid: Cid;
  readonly place: Place;
  readonly accounts: readonly LocalAccount[];
}) {
  const account = accounts.find((other) => other.cid === cid);
  if (account === undefined) return <Nowhere title="This account is not on this computer" />;
  if (account.state === "signed_out")
    return <Later load={signedOutScreen} of={{ account }} failed={inTheMiddle} />;
  return <OpenAccount key={cid.toString()} cid={cid} place={place} accounts={accounts} />;
}

function OpenAccount({
  cid,
  place,
  accounts,
}: {
  readonly cid: Cid;
  readonly place: Place;
  readonly accounts: readonly LocalAccount[];
}) {
  const session = useSessions().of(cid);
  useEffect(() => {
    rememberTabAccount(cid);
    session.start();
    return () => {
      session.leave();
    };
  }, [session, cid]);
  return (
    <SessionContext value={session}>
      <AvatarPicturesContext value={session.pictures}>
        <WorkspaceScreen place={place} accounts={accounts} onSwitchAccount={enter} />
      </AvatarPicturesContext>
    </SessionContext>
  );
}

function Nowhere({ title }: { readonly title: string }) {
  useEffect(() => {
    document.title = `${title} · Casemate`;
  }, [title]);
  return (
    <Standstill
      icon={<Compass size={22} />}
      title={title}
      action="Go to the start"
      onAction={() => {
        navigate(LANDING, { replace: true });
      }}
    >
      The address may be mistyped, or from another computer.
    </Standstill>
  );
}

function enter(cid: Cid): void {
  navigate({ screen: "workspace", cid, place: { kind: "home" } });
}

/** There is no way back to the invitation: it was used. */
function meet(cid: Cid, peer: Cid): void {
  navigate({ screen: "workspace", cid, place: { kind: "with", peer } }, { replace: true });
}

/** Those of before the connection broke are still good enough to go on with. */
function accountsOf(connection: Connection): readonly LocalAccount[] | null {
  return connection.state === "connecting" ? null : connection.accounts;
}
