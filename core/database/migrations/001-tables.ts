import { sql, type Kysely } from 'kysely';

/** The first tables. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('blobs')
    .addColumn('sha256', 'text', (column) => column.primaryKey())
    .addColumn('bytes', 'integer', (column) => column.notNull())
    .addColumn('refs', 'integer', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('images')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('blob', 'text', (column) => column.notNull().references('blobs.sha256'))
    .addColumn('filename', 'text', (column) => column.notNull())
    .addColumn('format', 'text', (column) => column.notNull())
    .addColumn('width', 'integer', (column) => column.notNull())
    .addColumn('height', 'integer', (column) => column.notNull())
    .addColumn('bytes', 'integer', (column) => column.notNull())
    .addColumn('batch', 'text')
    .addColumn('upload_id', 'text', (column) => column.unique())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('tasks')
    .addColumn('seq', 'integer', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('image_id', 'text', (column) => column.notNull().references('images.id'))
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('batch', 'text')
    .addColumn('filename', 'text', (column) => column.notNull())
    .addColumn('search_name', 'text', (column) => column.notNull())
    .addColumn('format', 'text', (column) => column.notNull())
    .addColumn('width', 'integer', (column) => column.notNull())
    .addColumn('height', 'integer', (column) => column.notNull())
    .addColumn('bytes', 'integer', (column) => column.notNull())
    .addColumn('blob', 'text', (column) => column.notNull())
    .addColumn('preset', 'text', (column) => column.notNull())
    .addColumn('preset_version', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('queued_at', 'text', (column) => column.notNull())
    .addColumn('run', 'integer', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('status_at', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('started_at', 'text')
    .addColumn('finished_at', 'text')
    .addColumn('worker', 'text')
    .addColumn('error_code', 'text')
    .addColumn('error_detail', 'text')
    .addColumn('warnings', 'text', (column) => column.notNull())
    .addColumn('derivatives', 'text', (column) => column.notNull())
    .addColumn('placeholder', 'text')
    .addColumn('metadata', 'text')
    .addColumn('counted_run', 'integer', (column) => column.notNull())
    .execute();

  await db.schema.createIndex('tasks_by_image').on('tasks').column('image_id').execute();
  // Two kinds. By a state, then newest first: what is asked for, and nothing else. Newest first of an owner, with the state
  // behind: what is asked for is told from the index alone, without a look at the rows of the others.
  const indexes = {
    tasks_by_status: ['status', 'format', 'seq'],
    tasks_by_user_status: ['user_id', 'status', 'format', 'seq'],
    tasks_by_user: ['user_id', 'seq', 'status', 'format'],
    tasks_by_batch: ['batch', 'seq', 'status', 'format', 'user_id'],
    tasks_by_worker: ['worker', 'seq', 'status', 'format', 'user_id'],
  };
  for (const [name, columns] of Object.entries(indexes)) {
    await db.schema.createIndex(name).on('tasks').columns(columns).execute();
  }
  await sql`CREATE INDEX tasks_waiting ON tasks (status_at) WHERE status IN ('queued', 'retrying')`.execute(db);

  await db.schema
    .createTable('task_counts')
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('n', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('task_counts_key', ['user_id', 'status'])
    .execute();

  await db.schema
    .createTable('timeline')
    .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('task_id', 'text', (column) => column.notNull())
    .addColumn('update_id', 'text', (column) => column.notNull())
    .addColumn('update', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('timeline_by_task').on('timeline').columns(['task_id', 'seq']).execute();

  await db.schema
    .createTable('outbox')
    .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('key', 'text')
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('headers', 'text', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('projection_offsets')
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('partition', 'integer', (column) => column.notNull())
    .addColumn('next_offset', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('projection_offsets_key', ['topic', 'partition'])
    .execute();

  await db.schema
    .createTable('buckets')
    .addColumn('step', 'integer', (column) => column.notNull())
    .addColumn('at', 'integer', (column) => column.notNull())
    .addColumn('metric', 'text', (column) => column.notNull())
    .addColumn('dimension', 'text', (column) => column.notNull())
    .addColumn('n', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('buckets_key', ['step', 'metric', 'at', 'dimension'])
    .modifyEnd(sql`WITHOUT ROWID`)
    .execute();

  await db.schema
    .createTable('bucket_latency')
    .addColumn('step', 'integer', (column) => column.notNull())
    .addColumn('at', 'integer', (column) => column.notNull())
    .addColumn('metric', 'text', (column) => column.notNull())
    .addColumn('bins', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('bucket_latency_key', ['step', 'metric', 'at'])
    .modifyEnd(sql`WITHOUT ROWID`)
    .execute();

  await db.schema
    .createTable('leases')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('expires_ms', 'integer', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('idempotency_keys')
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_key', ['user_id', 'key'])
    .execute();

  await sql`CREATE VIRTUAL TABLE task_search USING fts5(filename, content='', contentless_delete=1, tokenize='trigram')`.execute(
    db,
  );
}
