import { sql, type Kysely } from 'kysely';

/** Dead letters as rows, and an outbox that can promise any bytes, so that a redrive gives back what was received. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('dead_letters')
    .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('partition', 'integer')
    .addColumn('offset', 'integer')
    .addColumn('group_name', 'text')
    .addColumn('dlq_partition', 'integer', (column) => column.notNull())
    .addColumn('dlq_offset', 'integer', (column) => column.notNull())
    .addColumn('key', 'text')
    .addColumn('value', 'blob')
    .addColumn('headers', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('error', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer')
    .addColumn('redrives', 'integer', (column) => column.notNull())
    .addColumn('task_id', 'text')
    .addColumn('user_id', 'text')
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('acted_by', 'text')
    .addColumn('acted_at', 'text')
    .addUniqueConstraint('dead_letters_place', ['topic', 'dlq_partition', 'dlq_offset'])
    .addUniqueConstraint('dead_letters_source', ['topic', 'partition', 'offset', 'group_name'])
    .execute();
  for (const column of ['status', 'topic', 'reason']) {
    await db.schema.createIndex(`dead_letters_by_${column}`).on('dead_letters').columns([column, 'seq']).execute();
  }

  await db.schema.alterTable('outbox').renameTo('outbox_of_text').execute();
  await db.schema
    .createTable('outbox')
    .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('key', 'text')
    .addColumn('value', 'text')
    .addColumn('bytes', 'blob')
    .addColumn('headers', 'text', (column) => column.notNull())
    .execute();
  await sql`INSERT INTO outbox (seq, topic, key, value, headers)
    SELECT seq, topic, key, value, headers FROM outbox_of_text`.execute(db);
  await db.schema.dropTable('outbox_of_text').execute();
}
