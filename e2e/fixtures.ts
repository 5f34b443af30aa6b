import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, type Page } from '@playwright/test';
import { BoardPage } from './board-page.ts';
import { program, type Program } from './program.ts';
import { openRoundRobin, type RoundRobin } from './round-robin.ts';
import { admin, prepareDatabase, signIn } from './admin.ts';

export { expect };

/** A whole Darkroom with a data folder of its own. */
export interface Product {
  readonly url: string;
  /** A key of its admin, which may do everything. */
  readonly key: string;
  readonly dataDir: string;
  readonly server: Program;
  readonly worker: Program;
  /** Where there are several, all of them. */
  readonly servers: readonly Program[];
  /** What gives them one address where there are several. */
  readonly address: RoundRobin | null;
}

interface Fixtures {
  /** Settings other than the defaults: `test.use({ settings: { … } })`. */
  settings: Record<string, string>;
  serverCount: number;
  product: Product;
  board: BoardPage;
}

export const test = base.extend<Fixtures>({
  settings: [{}, { option: true }],
  serverCount: [1, { option: true }],

  async product({ settings, serverCount }, use, testInfo) {
    const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-e2e-'));
    const environment = { DATA_DIR: dataDir, PORT: '0', ...settings };
    await prepareDatabase(environment);
    const environments = Array.from({ length: serverCount }, () => ({ ...environment }));
    const servers = environments.map((own) => program('server', own)) as [Program, ...Program[]];
    const [server] = servers;
    const worker = program('worker', environment);
    const programs = [...servers, worker];
    try {
      await Promise.all(programs.map((each) => each.start()));
      // A server that is started again must be found where it was.
      for (const [index, own] of environments.entries()) own.PORT = new URL(servers[index]?.url ?? '').port;
      await using address = serverCount > 1 ? await openRoundRobin(servers.map(({ url }) => url)) : null;
      await use({ url: address?.url ?? server.url, key: admin.key, dataDir, server, worker, servers, address });
    } finally {
      const deaths = programs.map(({ death }) => death).filter((death) => death !== null);
      await Promise.all(programs.map((each) => each.stop()));
      if (testInfo.status !== testInfo.expectedStatus || deaths.length > 0) {
        for (const { name, output } of programs) await testInfo.attach(`${name}.log`, { body: output.join('') });
      }
      await rm(dataDir, { recursive: true, force: true });
      expect(deaths).toEqual([]);
    }
  },

  /** The board in a browser in which the admin is signed in; the test fails if a script of the page throws or complains. */
  async board({ page, product }, use) {
    const complaints = complaintsOf(page);
    await signIn(page.request, product.url);
    await use(new BoardPage(page, product.url));
    expect(complaints).toEqual([]);
  },
});

/** What a page says is wrong with it, its policy being violated included; it grows as that happens. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !isOfTheNetwork(message.text())) complaints.push(message.text());
  });
  return complaints;
}

/** What the browser itself says of a server that does not answer, which many tests want. */
function isOfTheNetwork(text: string): boolean {
  return /Failed to load resource|WebSocket connection to|net::ERR_/.test(text);
}
