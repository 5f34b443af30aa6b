import { readTasks } from './api.ts';
import { expect, test } from './kafka-fixtures.ts';
import { fixture } from './pictures.ts';

test('dropped pictures are developed live on Apache Kafka, and one that fails says why', async ({ board, page }) => {
  await board.open();
  await board.drop(fixture('camera.jpg'), fixture('truncated.png'), fixture('plain.webp'));
  await board.expectStatus('camera.jpg', 'done');
  await board.expectStatus('plain.webp', 'done');
  await board.expectStatus('truncated.png', 'failed');
  await board.openPicture('truncated.png');
  await expect(
    page
      .getByRole('complementary')
      .getByText(/damaged|ends before the picture/i)
      .first(),
  ).toBeVisible();

  const tasks = await readTasks(board.url);
  const developed = tasks.filter(({ status }) => status === 'done').flatMap(({ derivatives }) => derivatives);
  expect(developed).toHaveLength(6);
  for (const { url, bytes } of developed) {
    const file = await page.request.get(board.url + url);
    expect(await file.body()).toHaveLength(bytes);
  }
});

test('what is dropped while Apache Kafka is down is taken, and developed by itself once it is back', async ({
  board,
  kafka,
}) => {
  await board.open();
  await board.choose(fixture('camera.jpg'));
  await board.expectStatus('camera.jpg', 'done');

  await kafka.kill(1);
  await board.choose(fixture('plain.jpg'), fixture('plain.webp'));
  await expect.poll(async () => (await readTasks(board.url)).length).toBe(3);
  const waiting = (await readTasks(board.url)).filter(({ status }) => status === 'queued');
  expect(waiting.map(({ filename }) => filename).toSorted()).toEqual(['plain.jpg', 'plain.webp']);

  await kafka.start(1);
  await board.expectStatus('plain.jpg', 'done');
  await board.expectStatus('plain.webp', 'done');
  await board.expectCount('Done', 3);
  await expect(board.live).toHaveText('Live');
});
