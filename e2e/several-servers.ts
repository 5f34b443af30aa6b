import { join } from 'node:path';
import type { BrowserContext } from '@playwright/test';
import { readTasks } from './api.ts';
import { BoardPage } from './board-page.ts';
import { expect, type Product } from './fixtures.ts';
import { openLiveBoard } from './live-board.ts';
import { fixture, writePicture } from './pictures.ts';

interface Parts {
  board: BoardPage;
  context: BrowserContext;
  product: Product;
}

/**
 * Two pages behind one address, each with its socket at another of two servers, see all that either sends, also after the
 * server of one of them died. In the end both pages, and a board at the server that lives, are equal to the database.
 */
export async function seeTheSameOnTwoServers({ board, context, product }: Parts, folder: string): Promise<void> {
  const [dying, living] = product.servers;
  if (!dying || !living) throw new Error('There are not two servers.');
  const other = new BoardPage(await context.newPage(), board.url);
  await board.open();
  await other.open();
  expect(product.address?.webSockets).toEqual([1, 1]);
  await using direct = await openLiveBoard(living.url);

  const paths = [];
  for (let n = 1; n <= 9; n += 1) {
    paths.push(await writePicture(join(folder, `picture-${n}.png`), { width: 300, height: 200, seed: n }));
  }
  await board.choose(...paths.slice(0, 4), fixture('truncated.png'));
  await other.choose(...paths.slice(4, 8));
  for (const page of [board, other]) {
    await page.expectCount('Done', 8);
    await page.expectCount('Failed', 1);
  }

  await dying.kill();
  await other.choose(...paths.slice(8));
  for (const page of [board, other]) {
    await page.expectCount('Done', 9);
    await page.expectCount('All', 10);
    await expect(page.live).toHaveText('Live');
  }
  expect(product.address?.webSockets).toEqual([1, 2]);

  const tasks = await readTasks(living.url);
  const statuses = Object.fromEntries(tasks.map(({ id, status }) => [id, status]));
  for (const page of [board, other]) await expect.poll(() => page.statuses()).toEqual(statuses);
  await expect.poll(() => direct.tasks().toSorted(byId)).toEqual(tasks.toSorted(byId));
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}
