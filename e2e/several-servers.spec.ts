import { test } from './fixtures.ts';
import { seeTheSameOnTwoServers } from './several-servers.ts';

test.use({ serverCount: 2 });
// Two servers with their pages, and two browser pages, share the cores of whoever runs this.
test.slow();

test('pages on two servers behind one address see the same, also after one of the two died', async ({
  board,
  context,
  product,
}, testInfo) => {
  await seeTheSameOnTwoServers({ board, context, product }, testInfo.outputDir);
});
