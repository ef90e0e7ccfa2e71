import { classes } from "./classes";

/** A name as its bearer wrote it, kept from disturbing the text around it, whatever signs it holds. */
interface Props {
  readonly name: string;
  /** Shown when somebody else has the same name. */
  readonly username?: string | undefined;
  readonly className?: string;
  /** On one line, as much of it as there is room for. */
  readonly cut?: boolean;
}

export function PersonName({ name, username, className, cut = false }: Props) {
  if (cut)
    return (
      <span className={classes("flex min-w-0 gap-1", className)}>
        <CutText>{name}</CutText>
        {username !== undefined && (
          <CutText className="shrink-[2] font-normal text-ink-3">{`@${username}`}</CutText>
        )}
      </span>
    );
  return (
    <span className={className}>
      <bdi>{name}</bdi>
      {username !== undefined && (
        <>
          {" "}
          <bdi className="font-normal text-ink-3">@{username}</bdi>
        </>
      )}
    </span>
  );
}

/** One line of somebody's words, cut at its end: which side that is, its own script decides. */
export function CutText({ children, className }: { readonly children: string; readonly className?: string }) {
  return (
    <bdi title={children} className={classes("block min-w-0 truncate text-left", className)}>
      {children}
    </bdi>
  );
}
