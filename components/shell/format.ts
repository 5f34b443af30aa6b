/** Words and numbers as a person reads them. */

const decimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** "1,204" */
export function count(value: number): string {
  return whole.format(value);
}

/** "2.4 MB", in decimal units as file managers show. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = value / 1000;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 10 ? decimal.format(size) : whole.format(size)} ${units[unit]}`;
}

/** "3.2/s"; small rates keep a digit that tells them from none. */
export function rate(value: number): string {
  return value >= 100 ? whole.format(value) : decimal.format(value);
}

/** "840 ms", "3.2 s", "4 min 12 s", "2 h 5 min", "3 d 4 h". */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${decimal.format(ms / 1000)} s`;
  const parts: [number, string][] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ];
  const first = parts.findIndex(([size]) => ms >= size);
  const rounded = Math.round(ms / (parts[first + 1]?.[0] ?? 1000)) * (parts[first + 1]?.[0] ?? 1000);
  return parts
    .slice(first, first + 2)
    .map(
      ([size, unit], index) =>
        [Math.floor((index === 0 ? rounded : rounded % (parts[first]?.[0] ?? 1)) / size), unit] as const,
    )
    .filter(([amount], index) => index === 0 || amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

/** "just now", "4 min ago", "3 h ago", then the date. */
export function ago(iso: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  if (seconds < 45) return 'just now';
  if (seconds < 3570) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 84_600) return `${Math.round(seconds / 3600)} h ago`;
  return new Date(iso).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** "12:03" */
export function clock(at: string | number): string {
  return new Date(at).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hour12: false });
}

/** "21 Nov 2026, 12:03:04", for titles and the story. */
export function moment(iso: string): string {
  return new Date(iso).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}
