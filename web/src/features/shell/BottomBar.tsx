/** The main places on a phone, where a thumb reaches them. */
import { MessageCircle, Settings, UsersRound, Waypoints } from "lucide-react";

import { classes } from "../../components/classes";
import type { Place } from "../../state/address";

type Tab = Exclude<Place["kind"], "conversation" | "with">;

interface Props {
  readonly current: Tab;
  readonly unread: number;
  readonly onGo: (tab: Tab) => void;
}

const TABS = [
  ["home", "Chats", MessageCircle],
  ["people", "People", UsersRound],
  ["connections", "Connections", Waypoints],
  ["settings", "Settings", Settings],
] as const;

export function BottomBar({ current, unread, onGo }: Props) {
  return (
    <nav
      aria-label="Main"
      className="flex shrink-0 border-t border-line bg-sidebar pb-[env(safe-area-inset-bottom)] tablet:hidden"
    >
      {TABS.map(([tab, name, Icon]) => (
        <button
          key={tab}
          type="button"
          aria-current={tab === current ? "page" : undefined}
          onClick={() => {
            onGo(tab);
          }}
          className={classes(
            "relative flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-12 focus-visible:-outline-offset-4",
            tab === current ? "font-medium text-accent-ink" : "text-ink-3",
          )}
        >
          <Icon size={20} aria-hidden />
          {name}
          {tab === "home" && unread > 0 && (
            <span className="absolute top-1.5 left-1/2 ml-1.5 h-4 min-w-4 rounded-round bg-accent px-1 text-center text-[0.625rem] leading-4 font-bold text-on-accent">
              {unread > 99 ? "99+" : unread}
              <span className="sr-only"> unread</span>
            </span>
          )}
        </button>
      ))}
    </nav>
  );
}
