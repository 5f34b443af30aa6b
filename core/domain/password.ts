/** How long a password may be, for the page too, which has no use for the schemas. */
export const shortestPassword = 8;
export const longestPassword = 128;
