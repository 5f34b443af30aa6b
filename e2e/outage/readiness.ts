import { vi } from 'vitest';

/** What `/readyz` of the server says of what it depends on. */
export interface ServerReadiness {
  checks: Record<string, { ok: boolean; detail: string }>;
}

/** What `/readyz` of a worker says of its consumers. */
export interface WorkerReadiness {
  consumers: Record<string, { ok: boolean; state: string; reason: string | null; assignments: number }>;
}

/** Resolves to what `/readyz` says once it has this status and it holds. */
export function untilReadiness<T extends ServerReadiness | WorkerReadiness>(
  url: string,
  status: 200 | 503,
  holds: (readiness: T) => boolean = () => true,
): Promise<T> {
  return vi.waitFor(
    async () => {
      const answer = await fetch(`${url}/readyz`);
      const readiness = (await answer.json()) as T;
      if (answer.status !== status || !holds(readiness)) {
        throw new Error(`/readyz says ${answer.status}: ${JSON.stringify(readiness)}`);
      }
      return readiness;
    },
    { timeout: 60_000, interval: 100 },
  );
}
