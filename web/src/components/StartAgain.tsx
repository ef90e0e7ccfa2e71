/** What to do about an internal service that is gone: the commands as they are to be typed. */
interface Props {
  readonly start: string;
  readonly open: string;
}

export function StartAgain({ start, open }: Props) {
  return (
    <>
      If it is not running, start it with <Command>{start}</Command> in a terminal. If it runs,{" "}
      <Command>{open}</Command> opens a fresh page.
    </>
  );
}

function Command({ children }: { readonly children: string }) {
  return <code className="font-mono text-13 break-words select-all">{children}</code>;
}
