import { openBroker } from './broker/open.ts';
import type { MessageBroker } from './broker/broker.ts';
import { topicsOf, topicSpecs, type Topics } from './broker/topics.ts';
import type { Config } from './config.ts';
import type { Database } from './database/database.ts';
import { openDatabase } from './database/open.ts';
import { openStorage } from './storage/open.ts';
import type { Storage } from './storage/storage.ts';
import { openLog, type Log } from './telemetry/log.ts';

/** What a process works with. */
export interface Services extends AsyncDisposable {
  config: Config;
  log: Log;
  database: Database;
  storage: Storage;
  broker: MessageBroker;
  topics: Topics;
}

/** Opens everything in order and closes it in reverse, also when a later one does not open. */
export async function openServices(config: Config, name: string): Promise<Services> {
  await using opening = new AsyncDisposableStack();
  const log = openLog(name, config.LOG_LEVEL);
  const database = opening.use(await openDatabase(config));
  const storage = opening.use(await openStorage(config));
  const broker = opening.use(await openBroker(config, log));
  const topics = topicsOf(config);
  await broker.ensureTopics(topicSpecs(config));
  const opened = opening.move();
  return { config, log, database, storage, broker, topics, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
