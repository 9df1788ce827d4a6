import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from '../../playground/browser/page.mjs';
import { gateway, portal, tenantToken, withOtherSites } from './gateway.mjs';

let browser;
let token;

before(async () => {
  browser = await launch();
  const answer = await tenantToken({ grant_type: 'client_credentials', client_id: 'reviewer-1', client_secret: 'sandbox' });
  token = answer.access_token;
});
after(() => browser?.close());

/** What libraries in a page add to each request, as they write it. */
const added = {
  // OpenTelemetry
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'rojo=00f067aa0ba902b7',
  baggage: 'sentry-environment=production,sentry-trace_id=0af7651916cd43dd8448eb211c80319c',
  // Sentry
  'sentry-trace': '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1',
  // Apollo Client
  'apollographql-client-name': 'portal',
  'apollographql-client-version': '1.2.3',
  'Apollo-Require-Preflight': 'true',
  // jQuery, Datadog and Zipkin
  'X-Requested-With': 'XMLHttpRequest',
  'x-datadog-trace-id': '1',
  'x-datadog-parent-id': '2',
  'x-datadog-origin': 'rum',
  'x-datadog-sampling-priority': '1',
  b3: '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1',
  // the setting's own
  'X-Tenant': 'acme',
};

const query = '{ certifications(first: 2) { nodes { name } } }';

/** Makes a request from the page, and returns {status, type, text, requestId} or the name of the error. */
function fetchFrom(page, path, options) {
  return page.evaluate(async ([url, options]) => {
    try {
      const response = await fetch(url, options);
      const { status, headers } = response;
      return { status, type: headers.get('content-type'), requestId: headers.get('x-request-id'), text: await response.text() };
    } catch (error) {
      return error.name;
    }
  }, [gateway + path, options]);
}

/** Opens a page of an origin in a profile of its own, while act runs. */
async function from(origin, act) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  try {
    const page = await context.newPage();
    await page.goto(origin);
    await act(page);
  } finally {
    await context.close();
  }
}

const requests = () => ({
  'a query by POST': ['/graphql', {
    method: 'POST',
    headers: { ...added, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  }],
  'a query by GET': [`/graphql?${new URLSearchParams({ query })}`, { headers: { ...added, authorization: `Bearer ${token}` } }],
  'a stream': ['/graphql', {
    method: 'POST',
    headers: { ...added, authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'text/event-stream', 'last-event-id': '1' },
    body: JSON.stringify({ query }),
  }],
});

test('a page of a listed origin reads data, whatever libraries add to its requests', async () => {
  await from(portal, async (page) => {
    for (const [name, [path, options]] of Object.entries(requests())) {
      const { status, text, requestId, type } = await fetchFrom(page, path, options);
      assert.equal(status, 200, `${name}: ${text}`);
      const data = type.startsWith('text/event-stream') ? text.match(/^data: ?(\{.*)$/m)[1] : text;
      assert.equal(JSON.parse(data).data.certifications.nodes.length, 2, name);
      assert.ok(requestId, `${name}: a page can name the request to operators`);
    }
  });
});

test('with a key, a page of a listed origin is told what is wrong with it', async () => {
  await from(portal, async (page) => {
    const headers = { ...added, 'X-API-Key': 'unknown', 'content-type': 'application/json' };
    const { status, text } = await fetchFrom(page, '/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
    assert.deepEqual([status, JSON.parse(text).errors[0].extensions.code], [401, 'UNAUTHENTICATED']);
  });
});

test('the paths of the sign-in take them, too', async () => {
  await from(portal, async (page) => {
    const me = await fetchFrom(page, '/auth/me', { headers: added, credentials: 'include' });
    assert.equal(me.status, 401, me.text);
    const headers = { ...added, 'content-type': 'application/json' };
    const out = await fetchFrom(page, '/auth/logout', { method: 'POST', headers, credentials: 'include' });
    assert.equal(out.status, 200, out.text);
  });
});

test('a page of a listed origin may send no other header', async () => {
  await from(portal, async (page) => {
    const [path, options] = requests()['a query by POST'];
    assert.equal(await fetchFrom(page, path, { ...options, headers: { ...options.headers, 'x-else': '1' } }), 'TypeError');
  });
});

test('a page of another origin reads nothing, whatever it sends', async () => {
  await withOtherSites(async (origins) => {
    for (const origin of origins) {
      await from(origin, async (page) => {
        for (const [name, [path, options]] of Object.entries(requests())) {
          assert.equal(await fetchFrom(page, path, options), 'TypeError', `${name} from ${origin}`);
        }
      });
    }
  });
});
