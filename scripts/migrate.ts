import { readConfig } from '#core/config.ts';
import { migrate } from '#core/database/migrate.ts';
import { runProgram } from '#core/program.ts';

/** Brings the database of the settings to the newest schema, and says what was applied. */
runProgram('migration', async () => {
  const applied = await migrate(readConfig());
  console.log(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`);
});
