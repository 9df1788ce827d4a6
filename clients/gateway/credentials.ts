/** How a page shows the gateway who uses it: by a token, or by the cookie of a session. */
export interface Credentials {
  /** What the browser may add by itself; see the option of `fetch`. */
  mode?: RequestCredentials;
  /** Returns the headers of a request. */
  headers(): Promise<Record<string, string>>;
  /** Is called if the gateway refuses them with UNAUTHENTICATED. It ends when there are others. */
  renew(): Promise<void>;
}

/** No credentials: on the sandbox, whoever has none is its administrator. */
export const none: Credentials = { headers: async () => ({}), renew: async () => {} };

/** Access tokens of the tenant. `get` returns one that may be used; if the gateway has refused the last one, another. */
export function tokens(get: (refused?: string) => Promise<string>): Credentials {
  let current: Promise<string> | undefined;
  let renewing: Promise<void> | undefined;
  const renew = async () => {
    const refused = await current;
    await (current = get(refused));
  };
  return {
    headers: async () => ({ Authorization: `Bearer ${await (current ??= get())}` }),
    renew: () => (renewing ??= renew().finally(() => { renewing = undefined; })), // one for all requests that were refused
  };
}

/** The session of a page that the gateway serves (`--auth session`, `--pages`). Without one, the person signs in and comes back. */
export function session(): Credentials {
  return {
    headers: async () => ({}),
    renew() {
      location.assign(`/auth/login?return=${encodeURIComponent(location.pathname + location.search)}`);
      return new Promise(() => {}); // until the browser has left the page
    },
  };
}
