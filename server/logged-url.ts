/** Parameters whose values say nothing of anybody. */
const harmless = new Set(['status', 'format', 'limit', 'scope', 'since', 'until', 'metric', 'from', 'to', 'step']);
const longest = 500;

/** The address of a request as the log may have it: values that may be a token, a key or what a person typed are left out. */
export function loggedUrl(url: string): string {
  const [path = '', query] = url.split('?', 2);
  const shown = path.replace(/(\/reset-password\/)[^/]+/, '$1…');
  if (query === undefined) return shown.slice(0, longest);
  const parameters = query.split('&').map((parameter) => {
    const [name = '', value] = parameter.split('=', 2);
    if (parameter === '' || harmless.has(name)) return parameter;
    return value === undefined ? '…' : `${name}=…`;
  });
  return `${shown}?${parameters.join('&')}`.slice(0, longest);
}
