/** A person in one glance: their picture, else initials on two colours of the account's own, so that look-alike names look different. */
import { BadgeCheck } from "lucide-react";
import type { CSSProperties } from "react";

import { avatarLook } from "./avatarLook";
import { useAvatarPicture } from "./avatarPictures";
import { classes } from "./classes";

const SIZES = {
  20: "text-[0.5625rem]",
  24: "text-[0.625rem]",
  32: "text-12",
  40: "text-13",
  64: "text-24",
  80: "text-24",
};

export type Presence = "online" | "offline" | "unknown";

interface Props {
  readonly initials: string;
  /** Decides the colour, and names the picture; the same everywhere for the same account. */
  readonly colourKey: string;
  readonly size?: keyof typeof SIZES;
  readonly presence?: Presence | undefined;
  readonly verified?: boolean;
  readonly square?: boolean;
}

export function Avatar({
  initials,
  colourKey,
  size = 32,
  presence,
  verified = false,
  square = false,
}: Props) {
  const { hue, corner } = avatarLook(colourKey);
  const picture = useAvatarPicture(colourKey);
  const style = {
    "--avatar-hue": hue,
    "--avatar-corner-hue": corner,
    width: `${(size / 16).toString()}rem`,
    height: `${(size / 16).toString()}rem`,
  } as CSSProperties;
  return (
    <span className="relative inline-flex shrink-0" aria-hidden>
      <span
        style={style}
        className={classes(
          "avatar relative inline-flex items-center justify-center overflow-hidden font-bold tracking-tight select-none",
          square ? "rounded-card" : "rounded-round",
          SIZES[size],
        )}
      >
        {initials}
        {picture !== undefined && (
          <img
            key={picture}
            src={picture}
            alt=""
            draggable={false}
            className="absolute inset-0 size-full object-cover"
            onError={(event) => {
              event.currentTarget.hidden = true; // the initials are below it
            }}
          />
        )}
      </span>
      {verified && (
        <BadgeCheck
          className={classes(
            "absolute -top-1 -right-1 rounded-round fill-accent text-raised",
            size >= 64 ? "size-6" : size >= 32 ? "size-4" : "size-3",
          )}
        />
      )}
      {presence !== undefined && presence !== "unknown" && (
        <span className={classes("absolute", size >= 64 ? "right-0.5 bottom-0.5" : "-right-0.5 -bottom-0.5")}>
          <PresenceDot presence={presence} size={size >= 64 ? "large" : size >= 32 ? "medium" : "small"} />
        </span>
      )}
    </span>
  );
}

const DOTS = { small: "size-2 ring-[1.5px]", medium: "size-2.5 ring-2", large: "size-4 ring-[3px]" };

/** Filled when online, a ring when not: told apart without colour. `--behind` is the colour of what it lies on. */
export function PresenceDot({
  presence,
  size = "medium",
}: {
  readonly presence: Presence;
  readonly size?: keyof typeof DOTS;
}) {
  return (
    <span
      aria-hidden
      className={classes(
        "block rounded-round ring-[var(--behind,var(--surface))]",
        DOTS[size],
        presence === "online"
          ? "presence-online bg-green"
          : "border-2 border-line-strong bg-[var(--behind,var(--surface))]",
      )}
    />
  );
}
