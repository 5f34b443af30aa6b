import type { Route } from '@playwright/test';
import { readTasks, sendPictures } from './api.ts';
import { expect, test } from './fixtures.ts';
import { fixture, writePicture } from './pictures.ts';

test('an upload goes on where it was when the server is killed in the middle of it', async ({
  board,
  page,
  product,
}, testInfo) => {
  const picture = await writePicture(testInfo.outputPath('large.png'), { width: 1600, height: 1000 });
  await board.open();
  await board.slowUploads(1_500_000);
  const resumedAt: number[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') resumedAt.push(Number(request.headers()['upload-offset']));
  });

  await board.choose(picture);
  await expect(board.uploads.getByRole('listitem')).toContainText(/[1-9]\d? %/);
  await product.server.kill();
  await expect(board.live).toContainText('Offline');
  await product.server.start();

  await board.expectStatus('large.png', 'done');
  await board.expectCount('All', 1);
  expect(Math.max(...resumedAt)).toBeGreaterThan(0);
});

test('a page that goes before it hears that its upload was accepted does not send it again', async ({
  board,
  page,
}) => {
  await board.open();
  const accepted = Promise.withResolvers<void>();
  const answerIsLost = async (route: Route) => {
    await route.fetch();
    accepted.resolve();
  };
  await page.route('**/api/v1/uploads/*', answerIsLost, { times: 1 });
  await board.choose(fixture('plain.jpg'));
  await accepted.promise;
  await page.reload();

  await expect(board.uploads).toContainText('1 file sent');
  await board.expectStatus('plain.jpg', 'done');
  await board.expectCount('All', 1);
});

test('every picture is done once when the worker is killed in the middle of them', async ({
  board,
  product,
}, testInfo) => {
  const files = [];
  for (let n = 1; n <= 8; n += 1) {
    files.push(await writePicture(testInfo.outputPath(`${n}.png`), { width: 1600, height: 1000, seed: n }));
  }
  await board.open();
  await board.choose(...files);
  await expect(board.list.locator('[data-status="running"]').first()).toBeVisible();
  await product.worker.kill();
  await product.worker.start();

  await board.expectCount('Done', 8, { timeout: 45_000 });
  const tasks = await readTasks(product.url);
  expect(tasks).toHaveLength(8);
  for (const { status, derivatives } of tasks) {
    expect(status).toBe('done');
    expect(derivatives.map(({ name }) => name)).toEqual(['large', 'medium', 'small']);
  }
});

test('no update is missed while the connection is lost', async ({ board, page, product }, testInfo) => {
  await board.open();
  await board.choose(await writePicture(testInfo.outputPath('before.png'), { width: 300, height: 200, seed: 1 }));
  await board.expectStatus('before.png', 'done');

  await page.context().setOffline(true);
  await expect(board.live).toContainText('Offline');
  const meanwhile = await writePicture(testInfo.outputPath('meanwhile.png'), { width: 300, height: 200, seed: 2 });
  await sendPictures(product.url, meanwhile);
  await page.context().setOffline(false);

  await expect(board.live).toHaveText('Live');
  await board.expectStatus('meanwhile.png', 'done');
  await board.expectCount('Done', 2);
});

test('a page that was open before the server was started anew goes on without a reload', async ({
  board,
  product,
}, testInfo) => {
  await board.open();
  await product.server.kill();
  await expect(board.live).toContainText('Offline');
  await product.server.start();
  await expect(board.live).toHaveText('Live');
  await board.choose(await writePicture(testInfo.outputPath('after.png'), { width: 300, height: 200 }));
  await board.expectStatus('after.png', 'done');
});
