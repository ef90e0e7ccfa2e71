/** A name as its bearer wrote it, kept from disturbing the text around it, whatever signs it holds. */
interface Props {
  readonly name: string;
  /** Shown when somebody else has the same name. */
  readonly username?: string | undefined;
  readonly className?: string;
}

export function PersonName({ name, username, className }: Props) {
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
