/** The value; where there is none, the test fails. */
export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('There is nothing here.');
  return value;
}
