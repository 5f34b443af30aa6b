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
  const steps = ['kB', 'MB', 'GB', 'TB'];
  let size = value / 1000;
  let unit = 0;
  while (size >= 999.5 && unit < steps.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 10 ? decimal.format(size) : whole.format(size)} ${steps[unit]}`;
}

/** "3.2/s"; small rates keep a digit that tells them from none. */
export function rate(value: number): string {
  return value >= 100 ? whole.format(value) : decimal.format(value);
}

const units = [
  { ms: 86_400_000, word: 'd' },
  { ms: 3_600_000, word: 'h' },
  { ms: 60_000, word: 'min' },
  { ms: 1000, word: 's' },
];

/** "840 ms", "3.2 s", "4 min 12 s", "2 h 5 min", "3 d 4 h". */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < 1000) return `${ms} ms`;
  const seconds = Math.round(ms / 100) / 10;
  if (seconds < 60) return `${decimal.format(seconds)} s`;
  // Rounded to the smaller of the two units shown, which may fill the larger one: 59 min 59.9 s is 1 h.
  const smaller = units.find((_, index) => index > 0 && ms >= (units[index - 1]?.ms ?? 0))?.ms ?? 1000;
  const rounded = Math.round(ms / smaller) * smaller;
  const first = units.findIndex((unit) => rounded >= unit.ms);
  const [large, small] = units.slice(first, first + 2);
  if (!large) return `${ms} ms`;
  const rest = small ? Math.floor((rounded % large.ms) / small.ms) : 0;
  return `${Math.floor(rounded / large.ms)} ${large.word}${rest > 0 ? ` ${rest} ${small?.word}` : ''}`;
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
