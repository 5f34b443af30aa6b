import { test } from './fixtures.ts';
import { seeTheSameOnTwoServers } from './several-servers.ts';

test.use({ serverCount: 2 });

test('pages on two servers behind one address see the same, also after one of the two died', async ({
  board,
  context,
  product,
}, testInfo) => {
  await seeTheSameOnTwoServers({ board, context, product }, testInfo.outputDir);
});
