import type { Credentials } from './credentials';

const mostAttempts = 5;

/** Returns a `fetch` that adds credentials, renews them after a 401, and waits as long as the gateway wants after a 429 or 503. */
export function createFetch(credentials: Credentials, onWait = (seconds: number) => {}): typeof fetch {
  return async (target, init = {}) => {
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      const headers = new Headers(init.headers);
      Object.entries(await credentials.headers()).forEach(([name, value]) => headers.set(name, value));
      const response = await fetch(target, { ...init, headers, credentials: credentials.mode });
      const seconds = Number(response.headers.get('Retry-After') ?? NaN);
      if (response.status === 401 && !renewed) {
        renewed = true;
        await credentials.renew();
      } else if ([429, 503].includes(response.status) && seconds >= 0 && attempt < mostAttempts) {
        onWait(seconds);
        await wait(seconds, init.signal);
      } else {
        return response;
      }
    }
  };
}

/** Waits, unless the signal says that the response is no longer wanted. */
function wait(seconds: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    signal?.aborted ? stop() : signal?.addEventListener('abort', stop, { once: true });
  });
}
