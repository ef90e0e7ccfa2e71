/** The room one works in: accounts, people, the conversation, and what is known about the other one. */
import type { ReactNode } from "react";
import { useCallback, useEffect, useState } from "react";

import type { Cid, LocalAccount } from "../api/generated";
import { sharing } from "../api/sharing";
import { Dialog } from "../components/Dialog";
import { Later } from "../components/Later";
import { Conversation } from "../features/conversation/Conversation";
import { MentionableIn } from "../features/conversation/MentionableIn";
import { Meeting } from "../features/invite/Meeting";
import { ArrangingButtons } from "../features/shell/arranging/ArrangingButtons";
import { Announcer } from "../features/shell/Announcer";
import { BottomBar } from "../features/shell/BottomBar";
import { ConnectionBanner } from "../features/shell/ConnectionBanner";
import { Rail } from "../features/shell/Rail";
import { Sidebar } from "../features/shell/Sidebar";
import { UpdateLine } from "../features/shell/UpdateLine";
import { useSession, useSessionState } from "../state/context";
import type { SearchBeginning } from "../features/search/SearchPanel";
import type { Place } from "../state/address";
import { LANDING } from "../state/address";
import { keysInWords } from "../state/keys";
import { navigate } from "../state/route";
import { Home } from "./Home";
import { LoadingWorkspace } from "./LoadingWorkspace";
import {
  connectionsScreen,
  discoverPeers,
  goToDay,
  infoPanel,
  lifeSetting,
  invitePeople,
  loadPartsAhead,
  peopleScreen,
  quickSwitcher,
  reachPart,
  searchPanel,
  settingsScreen,
  shortcutsDialog,
  signOutDialog,
  whenIdle,
} from "./parts";
import { useKeyboard } from "./useKeyboard";
import { useNarrow } from "./useNarrow";
import { usePageTitle } from "./usePageTitle";

interface Props {
  readonly place: Place;
  readonly accounts: readonly LocalAccount[];
  readonly onSwitchAccount: (cid: Cid) => void;
}

type Layer = "discover" | "invite" | "switcher" | "sign-out" | "day" | "shortcuts" | null;

/** The style's `desktop`: below it, what stands beside the conversation lies over it. */
const LIES_OVER = "(width < 1024px)";

/** What stands beside the conversation. */
type Beside = { readonly kind: "info" } | { readonly kind: "search"; readonly begins: SearchBeginning };

export function WorkspaceScreen(props: Props) {
  const ready = useSessionState(({ workspace }) => workspace !== null);
  const refused = useSessionState((state) => state.refused);
  return ready ? <Open {...props} /> : <LoadingWorkspace refused={refused} {...props} />;
}

function Open({ place, accounts: all, onSwitchAccount }: Props) {
  const session = useSession();
  const { cid } = session;
  const [layer, setLayer] = useState<Layer>(null);
  const [beside, setBeside] = useState<Beside | null>(null);
  const narrow = useNarrow();
  const unread = useSessionState(({ workspace }) => workspace?.account.unread ?? 0);
  const accounts = useOtherUnread(all, cid);

  // The same functions each time, so that what has them is drawn anew only when something of its own has changed.
  const go = useCallback(
    (to: Place) => {
      setLayer(null);
      navigate({ screen: "workspace", cid, place: to });
    },
    [cid],
  );
  const openConversation = useCallback(
    (conversation: string) => {
      go({ kind: "conversation", conversation });
    },
    [go],
  );
  const goHome = useCallback(() => {
    go({ kind: "home" });
  }, [go]);
  const goConnections = useCallback(() => {
    go({ kind: "connections" });
  }, [go]);
  const goSettings = useCallback(() => {
    go({ kind: "settings" });
  }, [go]);
  const discover = useCallback(() => {
    setLayer("discover");
  }, []);
  const invite = useCallback(() => {
    setLayer("invite");
  }, []);
  const meet = useCallback(
    (conversation: string) => {
      navigate(
        { screen: "workspace", cid, place: { kind: "conversation", conversation } },
        { replace: true },
      );
    },
    [cid],
  );
  const askShortcuts = useCallback(() => {
    setLayer("shortcuts");
  }, []);
  const openSwitcher = useCallback(() => {
    setLayer("switcher");
  }, []);
  const signOut = useCallback(() => {
    const ask = () => {
      setLayer("sign-out");
    };
    if (session.outgoing.wordsInHand()) ask();
    else session.signOut().then(leave, ask);
  }, [session]);
  const openNotes = useCallback(() => {
    const { workspace } = session.store.get();
    if (workspace !== null) openConversation(workspace.account.notes);
  }, [session, openConversation]);
  const closeLayer = useCallback(() => {
    setLayer(null);
  }, []);
  const toggleInfo = useCallback(() => {
    setBeside((open) => (open?.kind === "info" ? null : { kind: "info" }));
  }, []);
  const closeBeside = useCallback(() => {
    setBeside(null);
  }, []);
  const search = useCallback((typed: string, everywhere: boolean) => {
    setLayer(null);
    setBeside({ kind: "search", begins: { typed, everywhere } });
  }, []);
  const searchHere = useCallback(() => {
    search("", false);
  }, [search]);
  const openFound = useCallback(
    ({ conversation, id }: { readonly conversation: string; readonly id: string }) => {
      // Where the search lies over the conversation, the message is what one wants to see.
      if (matchMedia(LIES_OVER).matches) setBeside(null);
      go({ kind: "conversation", conversation, message: id });
    },
    [go],
  );
  const askDay = useCallback(() => {
    setLayer("day");
  }, []);

  useJumpOf(place);
  useEffect(() => whenIdle(() => void loadPartsAhead()), []);
  usePageTitle(place);
  useKeyboard({
    place,
    onSwitcher: openSwitcher,
    onSearch: searchHere,
    onShortcuts: askShortcuts,
    onConversation: openConversation,
    onEscape: closeBeside,
  });

  const inConversation = place.kind === "conversation";
  // Where one column is shown at a time, the list of conversations is what the start of the account is for.
  const listIsMain = narrow && place.kind === "home";
  const infoShown = beside?.kind === "info" && inConversation;
  const searching = beside?.kind === "search" ? beside.begins : null;
  return (
    <div className="flex h-full flex-col">
      <ConnectionBanner onSignOut={signOut} />
      <UpdateLine />
      <Announcer at={inConversation ? place.conversation : null} onOpen={openConversation} />
      <div className="relative flex min-h-0 flex-1">
        <Rail
          accounts={accounts}
          current={cid}
          place={place.kind === "connections" || place.kind === "settings" ? place.kind : null}
          onSwitch={onSwitchAccount}
          onAdd={addAccount}
          onConnections={goConnections}
          onSettings={goSettings}
        />
        <div
          role={listIsMain ? "main" : undefined}
          aria-label={listIsMain ? "Casemate" : undefined}
          className={`w-full shrink-0 border-line tablet:w-68 tablet:max-w-[36vw] tablet:border-r ${place.kind === "home" ? "" : "max-tablet:hidden"}`}
        >
          {listIsMain && <h1 className="sr-only">Conversations</h1>}
          <Sidebar
            accounts={accounts}
            selected={inConversation ? place.conversation : null}
            shortcut={keysInWords("switcher")}
            onSwitchAccount={onSwitchAccount}
            onAddAccount={addAccount}
            onConnections={goConnections}
            onSettings={goSettings}
            onSignOut={signOut}
            onSearch={openSwitcher}
            onConversation={openConversation}
            onDiscover={discover}
            onInvite={invite}
          />
        </div>
        <main
          aria-label="Casemate"
          className={`min-w-0 flex-1 ${place.kind === "home" ? "max-tablet:hidden" : ""}`}
        >
          <MainPlace
            place={place}
            infoOpen={infoShown}
            onInfo={toggleInfo}
            onSearch={searchHere}
            onHome={goHome}
            onDiscover={discover}
            onInvite={invite}
            onMeet={meet}
            onConversation={openConversation}
            onSettings={goSettings}
            onShortcuts={askShortcuts}
            onSignOut={signOut}
          />
        </main>
        {infoShown && (
          <div className="motion-appear absolute inset-0 z-10 border-line tablet:left-auto tablet:w-80 tablet:border-l tablet:shadow-float desktop:static desktop:shrink-0 desktop:shadow-none">
            <Later
              load={infoPanel}
              of={{
                conversation: place.conversation,
                disappearing: <Later load={lifeSetting} of={{ conversation: place.conversation }} />,
                arranging: <ArrangingButtons conversation={place.conversation} />,
                onClose: toggleInfo,
              }}
              waiting={<div className="h-full bg-surface" />}
              failed={inPlace}
            />
          </div>
        )}
        {searching !== null && (
          <div className="motion-appear absolute inset-0 z-10 border-line tablet:left-auto tablet:w-88 tablet:border-l tablet:shadow-float desktop:static desktop:shrink-0 desktop:shadow-none">
            <Later
              load={searchPanel}
              of={{
                conversation: inConversation ? place.conversation : null,
                begins: searching,
                onFound: openFound,
                onDay: askDay,
                onClose: closeBeside,
              }}
              failed={(said) => <div className="flex h-full items-center bg-sidebar px-4">{said}</div>}
            />
          </div>
        )}
      </div>
      {!inConversation && place.kind !== "with" && (
        <BottomBar
          current={place.kind}
          unread={unread}
          onGo={(kind) => {
            go({ kind });
          }}
        />
      )}
      {layer === "sign-out" && (
        <Later
          load={signOutDialog}
          of={{ onSignedOut: leave, onClose: closeLayer }}
          failed={inDialog("Sign out", closeLayer)}
        />
      )}
      {layer === "discover" && (
        <Later
          load={discoverPeers}
          of={{ onClose: closeLayer, onOpenConversation: openConversation, onInvite: invite }}
          failed={inDialog("Find people", closeLayer)}
        />
      )}
      {layer === "invite" && (
        <Later
          load={invitePeople}
          of={{ onClose: closeLayer, onConversation: openConversation }}
          failed={inDialog("Invite people", closeLayer)}
        />
      )}
      {layer === "day" && inConversation && (
        <Later
          load={goToDay}
          of={{ conversation: place.conversation, onClose: closeLayer, onFound: openFound }}
          failed={inDialog("Go to a day", closeLayer)}
        />
      )}
      {layer === "shortcuts" && (
        <Later
          load={shortcutsDialog}
          of={{ onClose: closeLayer }}
          failed={inDialog("Keyboard shortcuts", closeLayer)}
        />
      )}
      {layer === "switcher" && (
        <Later
          load={quickSwitcher}
          of={{
            accounts,
            current: cid,
            onClose: closeLayer,
            onConversation: openConversation,
            onAccount: onSwitchAccount,
            onFound: openFound,
            onSearch: search,
            onCommand: {
              add: addAccount,
              "sign-out": signOut,
              shortcuts: askShortcuts,
              notes: openNotes,
              ...(inConversation ? { day: askDay, info: toggleInfo } : {}),
            },
            onPlace: (kind) => {
              if (kind === "discover" || kind === "invite") setLayer(kind);
              else if (kind === "join") navigate({ screen: "landing", ask: "join" });
              else go({ kind });
            },
          }}
          failed={inDialog("Go to", closeLayer)}
        />
      )}
    </div>
  );
}

function inDialog(title: string, onClose: () => void) {
  return (said: ReactNode) => (
    <Dialog title={title} onClose={onClose} className="max-w-md">
      <div className="px-5 pb-6">{said}</div>
    </Dialog>
  );
}

function inPlace(said: ReactNode) {
  return <div className="flex h-full items-center justify-center bg-surface px-5">{said}</div>;
}

function MainPlace(props: {
  readonly place: Place;
  readonly infoOpen: boolean;
  readonly onInfo: () => void;
  readonly onSearch: () => void;
  readonly onHome: () => void;
  readonly onDiscover: () => void;
  readonly onInvite: () => void;
  readonly onMeet: (conversation: string) => void;
  readonly onConversation: (conversation: string) => void;
  readonly onSettings: () => void;
  readonly onShortcuts: () => void;
  readonly onSignOut: () => void;
}) {
  const { place } = props;
  switch (place.kind) {
    case "home":
      return <Home onDiscover={props.onDiscover} onInvite={props.onInvite} />;
    case "people":
      return (
        <Later
          load={peopleScreen}
          of={{ onDiscover: props.onDiscover, onInvite: props.onInvite, onOpen: props.onConversation }}
          waiting={<div className="h-full bg-surface" />}
          failed={inPlace}
        />
      );
    case "connections":
      return (
        <Later
          load={connectionsScreen}
          of={{ onDiscover: props.onDiscover, onSettings: props.onSettings }}
          waiting={<div className="h-full bg-surface" />}
          failed={inPlace}
        />
      );
    case "settings":
      return (
        <Later
          load={settingsScreen}
          of={{
            reach: <Later load={reachPart} of={{ title: "Who can come" }} />,
            onShortcuts: props.onShortcuts,
            onSignOut: props.onSignOut,
            onDeleted: leave,
          }}
          waiting={<div className="h-full bg-surface" />}
          failed={inPlace}
        />
      );
    case "with":
      return <Meeting peer={place.peer} onConversation={props.onMeet} onHome={props.onHome} />;
    case "conversation":
      return (
        <MentionableIn key={place.conversation} conversation={place.conversation}>
          <Conversation
            id={place.conversation}
            infoOpen={props.infoOpen}
            onInfo={props.onInfo}
            onSearch={props.onSearch}
            onBack={props.onHome}
          />
        </MentionableIn>
      );
  }
}

/** The address of a message leads to it once; from there on the conversation is what one is in. */
function useJumpOf(place: Place): void {
  const session = useSession();
  useEffect(() => {
    if (place.kind !== "conversation" || place.message === undefined) return;
    const { conversation, message } = place;
    void session.pages.jump(conversation, message);
    const there = { kind: "conversation", conversation } as const;
    navigate({ screen: "workspace", cid: session.cid, place: there }, { replace: true });
  }, [session, place]);
}

/** What waits in the account that is shown is told by the workspace: it changes with each message, and this must not. */
function useOtherUnread(accounts: readonly LocalAccount[], shown: Cid): readonly LocalAccount[] {
  const others = accounts.map((account) =>
    account.cid === shown ? { ...account, unread: 0, waiting: 0 } : account,
  );
  const [known, setKnown] = useState<readonly LocalAccount[]>(others);
  const now = sharing(known, others);
  if (now !== known) setKnown(now);
  return now;
}

function addAccount(): void {
  navigate(LANDING);
}

/** There is no way back in: the address of the account now asks for its password. */
function leave(): void {
  navigate(LANDING, { replace: true });
}
