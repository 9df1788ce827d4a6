/**
 * Returns the link that opens the playground with what a tab holds. It is in the fragment of the URL, which browsers send
 * to nobody, and has neither headers nor a token.
 */
export function linkOf({ query, variables }, at = location.href) {
  const url = new URL(at);
  const carried = new URLSearchParams({ query });
  if (variables?.trim()) {
    carried.set('variables', variables);
  }
  url.hash = carried.toString();
  return url.href;
}

/** Returns what the page's link carries, as a tab holds it; null if that is nothing. The page's URL is without it then. */
export function takeLinked() {
  const carried = new URLSearchParams(location.hash.slice(1));
  const query = carried.get('query');
  if (!query) {
    return null;
  }
  history.replaceState(null, '', location.pathname + location.search);
  return { query, variables: carried.get('variables') ?? '' };
}
