/** Changes the board's address without asking the server for a page; the back button undoes it. */
export function go(address: string): void {
  if (address !== location.pathname + location.search) window.history.pushState(null, '', address);
}

/** The same without a step to go back to: for what changes at every key. */
export function amend(address: string): void {
  window.history.replaceState(null, '', address);
}
