/** A sheet in the tray: the lower part already developed. Drawn as in `public/favicon.svg`. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--logo)" />
      <rect x="7" y="7" width="18" height="18" rx="2.5" fill="#f3f0ea" />
      <path d="M7 17.5c3-2.4 5.4-2.4 9 0s6 2.4 9 0v5a2.5 2.5 0 0 1-2.5 2.5h-13A2.5 2.5 0 0 1 7 22.5Z" fill="#d9482b" />
      <circle cx="19.5" cy="12.5" r="2.25" fill="#d9482b" />
    </svg>
  );
}
