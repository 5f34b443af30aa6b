import { credentialId } from '#core/database/access.ts';
import type { Services } from '#core/services.ts';
import type { StillGood } from './auth/access.ts';
import type { LiveServer, LiveSocket } from './live-socket.ts';

/** No more than so long after a commit that ends a session or a key, the sockets that came by it are ended. */
const delayMs = 200;
/** Sessions also run out by themselves. */
const everyMs = 5_000;

/**
 * Ends the sockets of who may no longer be here: whenever any process has committed something, and every few seconds, all
 * that sockets came with is looked at again.
 */
export function watchAccess(
  io: LiveServer,
  { database, log }: Pick<Services, 'database' | 'log'>,
  stillGood: StillGood,
) {
  let due: NodeJS.Timeout | null = null;
  let looking = false;
  let again = false;
  let stopped = false;

  async function look(): Promise<void> {
    const sockets = [...io.of('/').sockets.values()];
    if (sockets.length === 0) return;
    const good = await stillGood(sockets.map((socket) => socket.data.user.by));
    for (const socket of sockets) if (!good.has(credentialId(socket.data.user.by))) end(socket);
  }

  function lookSoon(): void {
    if (looking) again = true;
    if (looking || due || stopped) return;
    due = setTimeout(() => {
      due = null;
      looking = true;
      again = false;
      look()
        .catch((error: unknown) => log.error({ err: error }, 'whether sockets may stay was not looked at'))
        .finally(() => {
          looking = false;
          if (again) lookSoon();
        });
    }, delayMs);
  }

  const stopListening = database.onCommit(lookSoon);
  const regularly = setInterval(lookSoon, everyMs).unref();
  return {
    /** Looks again soon: what a socket came with may have ended while it was let in. */
    look: lookSoon,
    stop(): void {
      stopped = true;
      stopListening();
      clearInterval(regularly);
      if (due) clearTimeout(due);
    },
  };
}

function end(socket: LiveSocket): void {
  socket.emit('signed-out');
  socket.disconnect(true);
}
