import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readTasks } from './api.ts';
import { BoardPage } from './board-page.ts';
import { expect, test } from './fixtures.ts';
import { fixture, writePicture } from './pictures.ts';

test('a dropped file is developed, live, into three derivatives that can be opened', async ({ board, page }) => {
  await board.open();
  await board.drop(fixture('camera.jpg'));
  await board.expectStatus('camera.jpg', 'done');

  await board.openPicture('camera.jpg');
  const panel = page.getByRole('complementary');
  for (const name of ['large', 'medium', 'small'])
    await expect(panel.getByText(name, { exact: true }).first()).toBeVisible();

  const [task] = await readTasks(board.url);
  expect(task?.derivatives).toHaveLength(3);
  for (const { url, bytes } of task?.derivatives ?? []) {
    const file = await page.request.get(board.url + url);
    expect(file.headers()['content-type']).toBe('image/webp');
    expect(await file.body()).toHaveLength(bytes);
  }
});

test('every picture of a dropped folder of 60 is developed', async ({ board }, testInfo) => {
  const folder = testInfo.outputPath('holiday');
  await mkdir(join(folder, 'second day'), { recursive: true });
  for (let n = 1; n <= 60; n += 1) {
    const path = join(folder, n > 40 ? 'second day' : '', `picture-${n}.png`);
    await writePicture(path, { width: 320, height: 200, seed: n });
  }
  await board.open();
  await board.drop(folder);
  await board.expectCount('All', 60, { timeout: 30_000 });
  await board.expectCount('Done', 60, { timeout: 30_000 });
});

test('a folder may also be chosen', async ({ board }, testInfo) => {
  const folder = testInfo.outputPath('chosen');
  await mkdir(folder, { recursive: true });
  await copyFile(fixture('plain.jpg'), join(folder, 'one.jpg'));
  await copyFile(fixture('plain.png'), join(folder, 'two.png'));
  await board.open();
  await board.chooseFolder(folder);
  await board.expectCount('Done', 2);
});

test('a damaged file fails with its reason while the others finish', async ({ board, page }) => {
  await board.open();
  await board.choose(fixture('plain.jpg'), fixture('truncated.png'), fixture('plain.webp'));
  await board.expectStatus('plain.jpg', 'done');
  await board.expectStatus('plain.webp', 'done');
  await board.expectStatus('truncated.png', 'failed');

  await board.openPicture('truncated.png');
  await expect(
    page
      .getByRole('complementary')
      .getByText(/damaged|ends before the picture/i)
      .first(),
  ).toBeVisible();
});

test('a file that is no picture is refused with its reason and leaves nothing', async ({ board }) => {
  await board.open();
  await board.choose(join(import.meta.dirname, 'board.spec.ts'), fixture('plain.jpg'));
  await board.expectStatus('plain.jpg', 'done');
  await expect(board.uploads.getByRole('listitem', { name: 'board.spec.ts, Refused' })).toBeVisible();
  expect(await readTasks(board.url)).toHaveLength(1);
});

test('a page that is loaded anew in the middle goes on sending and shows what has happened', async ({
  board,
  page,
}, testInfo) => {
  const files = [];
  for (let n = 1; n <= 12; n += 1) {
    files.push(await writePicture(testInfo.outputPath(`${n}.png`), { width: 900, height: 600, seed: n }));
  }
  await board.open();
  await board.choose(...files);
  await expect(board.list.getByRole('listitem').first()).toBeVisible();
  await page.reload();
  await board.expectCount('Done', 12, { timeout: 30_000 });
  await board.expectCount('All', 12);
});

test('what one page sends another shows and does not send too, but takes over when the page is closed', async ({
  board,
  page,
  context,
}, testInfo) => {
  const slow = await writePicture(testInfo.outputPath('slow.png'), { width: 1600, height: 1000 });
  await board.open();
  await board.slowUploads(500_000);
  await board.choose(slow, fixture('plain.jpg'));
  await expect(board.uploads.getByRole('listitem', { name: /^slow.png, [1-9]\d? %/ })).toBeVisible();

  const other = new BoardPage(await context.newPage(), board.url);
  await other.open();
  await other.expectStatus('plain.jpg', 'done');
  await expect(other.uploads).toBeHidden();
  await page.close();
  await other.expectStatus('slow.png', 'done');
  await other.expectCount('All', 2);
});
