/** How this account behaves on this computer, how the page looks, and the ways out. */
import { Keyboard, LogOut } from "lucide-react";
import type { ReactNode } from "react";
import { useSyncExternalStore } from "react";

import type { SettingsView } from "../../api/generated";
import { Button } from "../../components/Button";
import { Later } from "../../components/Later";
import { Switch } from "../../components/Switch";
import { useWorkspace } from "../../state/context";
import { chooseEnter, enterSends } from "../../state/enterKey";
import { keysInWords } from "../../state/keys";
import { Appearance } from "./Appearance";
import { DeleteAccount } from "./DeleteAccount";
import { FullName } from "./FullName";
import { InstallOffer } from "./InstallOffer";
import { Notifications } from "./Notifications";
import { OwnPassword } from "./OwnPassword";
import { OwnProfile } from "./OwnProfile";
import { Part, Parts } from "./Parts";
import { Privacy } from "./Privacy";
import { ProgramVersions } from "./ProgramVersions";
import { ServerAddresses } from "./ServerAddresses";
import { SignedInBrowsers } from "./SignedInBrowsers";
import { StartWithComputer } from "./StartWithComputer";
import { LinkPreviews } from "./LinkPreviews";
import { UndoSend } from "./UndoSend";
import { useSettings } from "./useSettings";

const storage = async () => (await import("./storage/Storage")).default;
const NOTHING = {};

interface Props {
  /** Who can come to the server, where it runs on this computer. */
  readonly reach: ReactNode;
  readonly onShortcuts: () => void;
  readonly onSignOut: () => void;
  readonly onDeleted: () => void;
}

export function SettingsScreen({ reach, onShortcuts, onSignOut, onDeleted }: Props) {
  const account = useWorkspace((workspace) => workspace.account);
  return (
    <Parts title="Settings">
      <Part title="Profile">
        <OwnProfile account={account} />
      </Part>
      <Part title="Account">
        <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-6 gap-y-2 py-3 text-13 [&_dt]:text-ink-3">
          <dt>Full name</dt>
          <dd className="min-w-0">
            <FullName account={account} />
          </dd>
          <dt>Username</dt>
          <dd className="min-w-0 break-words">
            <bdi>@{account.username}</bdi>
          </dd>
          <dt>Password</dt>
          <dd className="min-w-0">
            <OwnPassword />
          </dd>
          <dt>Server</dt>
          <dd className="min-w-0 break-words">{account.server_address}</dd>
          <dt>Server identity</dt>
          <dd className="min-w-0 font-mono text-12 leading-[1.36rem] break-words">
            {account.server_fingerprint}
          </dd>
          <dt>Casemate</dt>
          <dd className="min-w-0 break-words">
            <ProgramVersions program={account.server_program} />
          </dd>
        </dl>
      </Part>
      <Part title="Privacy">
        <Privacy />
      </Part>
      <Part title="Notifications">
        <Notifications settings={account.settings.notifications} />
      </Part>
      <Part title="Appearance">
        <Appearance />
      </Part>
      <Part title="Writing">
        <EnterKey />
        <UndoSend />
        <LinkPreviews />
        <div className="flex flex-wrap items-center gap-x-4 gap-y-3 py-3">
          <div className="min-w-0 flex-1 basis-60">
            <p className="text-15 font-medium">Keyboard shortcuts</p>
            <p className="text-13 text-ink-2">
              {keysInWords("shortcuts")} shows them anywhere but where you write.
            </p>
          </div>
          <Button icon={<Keyboard size={16} aria-hidden />} onClick={onShortcuts}>
            Show all
          </Button>
        </div>
      </Part>
      <Part title="On this computer">
        <OnThisComputer />
      </Part>
      <Part title="Storage">
        <Later
          load={storage}
          of={NOTHING}
          waiting={<div className="h-40" />}
          failed={(said) => <div className="py-3">{said}</div>}
        />
      </Part>
      <Part title="Where the server is">
        <ServerAddresses account={account} />
      </Part>
      {reach}
      <Part title="Signed-in browsers">
        <SignedInBrowsers />
      </Part>
      <Part title="Leave">
        <div className="flex flex-wrap items-center gap-4 py-3">
          <p className="min-w-0 flex-1 basis-60 text-13 text-ink-2">
            Signing out locks this account here. Its history stays on this computer, sealed with its password.
          </p>
          <Button icon={<LogOut size={16} aria-hidden />} onClick={onSignOut}>
            Sign out
          </Button>
        </div>
        <DeleteAccount account={account} onDeleted={onDeleted} />
      </Part>
    </Parts>
  );
}

function OnThisComputer() {
  const { settings, switchOf, refusal } = useSettings();
  return (
    <>
      <StartWithComputer />
      <InstallOffer />
      <Switch
        label="Connect when someone agreed"
        note="A conversation is open as soon as both of you agreed to talk."
        {...switchOf("auto_connect")}
      />
      <Switch
        label="Ask for the password at start"
        note={unlockedWords(settings)}
        {...switchOf("ask_password_at_start")}
      />
      {refusal}
    </>
  );
}

function unlockedWords({ unlocked_by, ask_password_at_start }: SettingsView): string {
  if (ask_password_at_start)
    return "After a restart of the computer, the password is needed before anything arrives.";
  switch (unlocked_by) {
    case "keyring":
      return "Unlocked on this computer: while you are signed in, your system’s keyring keeps the key.";
    case "key_file":
      return "Unlocked on this computer: while you are signed in, a file that only you can read keeps the key.";
    case "nothing":
      return "The key is kept in memory alone, and gone with a restart.";
  }
}

function EnterKey() {
  const sends = useSyncExternalStore(enterSends.subscribe, enterSends.get);
  return (
    <Switch
      label="Enter sends"
      note="Shift+Enter begins a new line. Switched off, Enter does, and Ctrl+Enter sends. It is kept in this browser."
      checked={sends}
      onChange={chooseEnter}
    />
  );
}
