/** The parts of the page that the first screen does without: loaded when they are needed, or when there is time. */
import { menuContent, popoverContent } from "../components/floating";
import { loadAhead } from "../components/Later";

export const connectionsScreen = async () =>
  (await import("../features/connections/ConnectionsScreen")).ConnectionsScreen;
export const discoverPeers = async () => (await import("../features/discover/DiscoverPeers")).DiscoverPeers;
export const goToDay = async () => (await import("../features/search/GoToDay")).GoToDay;
export const infoPanel = async () => (await import("../features/info/InfoPanel")).InfoPanel;
export const invitePeople = async () => (await import("../features/invite/InvitePeople")).InvitePeople;
export const landing = async () => (await import("../features/landing/Landing")).Landing;
export const lifeSetting = async () =>
  (await import("../features/conversation/disappearing/LifeSetting")).LifeSetting;
export const peopleScreen = async () => (await import("../features/people/PeopleScreen")).PeopleScreen;
export const quickSwitcher = async () => (await import("../features/switcher/QuickSwitcher")).QuickSwitcher;
export const reachPart = async () => (await import("../features/invite/Reach")).ReachPart;
export const searchPanel = async () => (await import("../features/search/SearchPanel")).SearchPanel;
export const settingsScreen = async () =>
  (await import("../features/settings/SettingsScreen")).SettingsScreen;
export const shortcutsDialog = async () =>
  (await import("../features/shortcuts/ShortcutsDialog")).ShortcutsDialog;
export const signOutDialog = async () => (await import("../features/shell/SignOut")).SignOut;

export const signedOutScreen = async () => (await import("./SignedOutScreen")).SignedOutScreen;

const PARTS = [
  menuContent,
  popoverContent,
  infoPanel,
  lifeSetting,
  settingsScreen,
  reachPart,
  peopleScreen,
  connectionsScreen,
  quickSwitcher,
  searchPanel,
  goToDay,
  discoverPeers,
  invitePeople,
  signOutDialog,
  signedOutScreen,
  shortcutsDialog,
];

/** One after the other: what a person does meanwhile comes first. */
export async function loadPartsAhead(): Promise<void> {
  for (const part of PARTS) await loadAhead(part);
}

/** Calls when the page is idle; where a browser cannot say so, soon. */
export function whenIdle(work: () => void): () => void {
  if (!("requestIdleCallback" in window)) {
    const timer = setTimeout(work, SOON_MILLISECONDS);
    return () => {
      clearTimeout(timer);
    };
  }
  const asked = requestIdleCallback(work, { timeout: LATEST_MILLISECONDS });
  return () => {
    cancelIdleCallback(asked);
  };
}

const SOON_MILLISECONDS = 1500;
const LATEST_MILLISECONDS = 5000;
