/** The stretches of time the charts can show; `step` in seconds is one bar. */
export const ranges = {
  '15m': { words: '15 min', title: 'the last 15 minutes', seconds: 900, step: 10, stepWords: '10 s' },
  '1h': { words: '1 h', title: 'the last hour', seconds: 3600, step: 60, stepWords: 'minute' },
  '24h': { words: '24 h', title: 'the last 24 hours', seconds: 86_400, step: 900, stepWords: '15 min' },
} as const;

export type RangeName = keyof typeof ranges;
export const rangeNames = Object.keys(ranges) as RangeName[];

/** The range an address asks for; 15 minutes where it asks for none. */
export function rangeFrom(query: { get(name: string): string | null }): RangeName {
  return rangeNames.find((name) => name === query.get('range')) ?? '15m';
}
