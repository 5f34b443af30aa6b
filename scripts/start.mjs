// @ts-check
import { ensureBuilt } from './build.mjs';
import { prepare } from './prepare.mjs';
import { startProduct } from './product.mjs';
import { environment, fail } from './run.mjs';

/** `npm start`: installs, builds and migrates what needs it, then keeps server and worker running until told to stop. */
const node = await prepare();
if (!(await ensureBuilt(node))) fail('The page could not be built: see the message of next build above.');
const product = await startProduct(node, { env: { ...environment, NODE_ENV: 'production' } });
process.exit(await product.ended);
