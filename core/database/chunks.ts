/** SQLite takes 32,766 parameters in one statement; the widest row has 30. */
const rowsPerStatement = 500;

/** The rows in parts that fit into one statement each. */
export function* inChunks<T>(rows: T[], size = rowsPerStatement): Iterable<T[]> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}
