import { pino, type Logger } from 'pino';

export type Log = Logger;

/** One JSON line per event on standard output; pino escapes control characters. */
export function openLog(name: string, level: string): Log {
  return pino({ name, level, base: { pid: process.pid, name }, timestamp: pino.stdTimeFunctions.isoTime });
}
