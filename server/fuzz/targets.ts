import { openApi } from './api.ts';
import type { Target } from './campaign.ts';
import { openHeaders } from './headers.ts';
import { openMultipart } from './multipart.ts';
import { openSockets } from './sockets.ts';
import { openTokens } from './tokens.ts';
import { openTus } from './tus.ts';

/** Everything that reads what strangers send. */
export const targets: Record<string, () => Promise<Target>> = {
  multipart: openMultipart,
  tus: openTus,
  api: openApi,
  headers: openHeaders,
  tokens: openTokens,
  sockets: openSockets,
};
