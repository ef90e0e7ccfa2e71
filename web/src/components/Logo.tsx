/** A casemate: the vaulted room inside a fortress wall, with the light coming in. */
export function Logo({ size = 32 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" role="img" aria-label="Casemate" className="shrink-0">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M5.5 25V15.5a10.5 10.5 0 0 1 21 0V25h-3.4v-9.5a7.1 7.1 0 0 0-14.2 0V25Z"
        className="fill-on-accent"
      />
      <path d="M12.2 25v-9a3.8 3.8 0 0 1 7.6 0v9Z" className="fill-on-accent" />
    </svg>
  );
}
