import type { History } from './history.ts';

/**
 * Milliseconds from the end of a freeze to each call that a member began after it in a partition that another had got
 * meanwhile.
 */
export function zombieCallsOf(history: History): number[] {
  const tenures = [...history.tenures.values()];
  return [...history.calls.values()].flatMap(({ member, partition, tenure, began }) => {
    const thawed = Math.max(...member.freezes.map(({ to }) => to).filter((to) => to <= began));
    const isOvertaken = tenures.some(
      (other) =>
        other.partition === partition && other.member !== member && other.held > tenure.held && other.held < began,
    );
    return isOvertaken ? [began - thawed] : [];
  });
}
