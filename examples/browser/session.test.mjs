import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from '../../playground/browser/page.mjs';
import {
  askFrom, certificationsAtTenant, counted, examplePage, gateway, getFrom, listed, portal, secure, sessionCookie, signIn, tenantToken, visit, withFaults, withOtherSites,
} from './gateway.mjs';

let browser;

before(async () => {
  // Like browsers by default, it keeps pages in the back/forward cache.
  browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
});
after(() => browser?.close());

/** Declares a test that gets the example in a profile of its own, and fails if the browser reported problems. */
function onPage(name, act) {
  test(name, async () => {
    const visited = await visit(browser);
    try {
      await act(visited.page, visited);
      assert.deepEqual(visited.problems, [], 'what the browser complained about');
    } finally {
      await visited.context.close();
    }
  });
}

/** Returns how many of an operation's requests got the status from the sandbox. */
const total = async (operation, status) => (await counted(operation))[status] ?? 0;

const cookies = async (context) => (await context.cookies(gateway)).filter(({ name }) => name.includes('certql'));

const mine = 'query Mine { certifications(first: 250, reviewer: "me") { nodes { rawId } } }';
const idsIn = ({ errors, data }) => {
  assert.equal(errors, undefined);
  return data.certifications.nodes.map(({ rawId }) => rawId).sort();
};

/** Makes the tenant revoke all tokens of a sign-in, as an administrator might, by using its code again. */
async function revokeAtTheTenant(code) {
  const answer = await tenantToken({
    grant_type: 'authorization_code', client_id: 'portal', client_secret: 'sandbox', code,
    redirect_uri: `${gateway}/auth/callback`, code_verifier: 'x'.repeat(43),
  });
  assert.deepEqual([answer.status, answer.error], [400, 'invalid_grant']);
  assert.match(answer.error_description, /revoked/);
}

/** Returns the codes that the browser sends to the gateway from now on. */
function codesOf(page) {
  const codes = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname === '/auth/callback') {
      codes.push(url.searchParams.get('code'));
    }
  });
  return codes;
}

/** Waits until the page shows nothing of the user's. */
async function seesNothing(page, reason) {
  await page.getByText(reason).waitFor();
  assert.deepEqual(await listed(page), []);
  assert.equal(await page.getByRole('button', { name: 'Sign out' }).isVisible(), false);
  assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0);
  assert.doesNotMatch(await page.locator('body').innerText(), /priya/i);
}

onPage('who is not signed in sees nothing, and is told how to sign in', async (page) => {
  await seesNothing(page, 'Sign in to see what you have to review.');
  assert.equal((await getFrom(page, '/auth/me')).status, 401);
  const { data, errors } = await askFrom(page, mine);
  assert.deepEqual([data, errors.map(({ extensions }) => extensions.code)], [{ certifications: null }, ['UNAUTHENTICATED']]);
});

onPage('a user signs in, sees their certifications, decides an item and finds it decided', async (page) => {
  await signIn(page, /Priya Raman/);
  assert.equal(page.url(), examplePage);
  const user = await getFrom(page, '/auth/me');
  assert.deepEqual(Object.keys(user.body).sort(), ['expiresAt', 'identityId', 'name']);
  assert.deepEqual([user.status, user.body.name], [200, 'priya.raman']);
  assert.ok(new Date(user.body.expiresAt) > new Date());
  await page.getByText('Signed in as priya.raman').waitFor();

  const decided = await total('makeIdentityDecision', 200);
  await openLarge(page);
  const item = page.getByRole('listitem').first();
  const title = await item.getByRole('heading').innerText();
  const before = await page.getByText(/ of \d+ decided\.$/).innerText();
  await item.getByLabel('Comment').fill('Still needed');
  await item.getByRole('button', { name: 'Approve' }).click();
  await item.getByText('This is approved.').waitFor();
  assert.match(await page.getByRole('status').filter({ hasText: 'approved' }).innerText(), /is approved\.$/);
  assert.equal(await total('makeIdentityDecision', 200), decided + 1);
  const [done, all] = before.match(/\d+/g).map(Number);
  await page.getByText(`${done + 1} of ${all} decided.`).waitFor();

  await page.reload();
  await page.getByText(`${done + 1} of ${all} decided.`).waitFor();
  assert.notEqual(await page.getByRole('listitem').first().getByRole('heading').innerText(), title);
});

onPage('a review is finished: more items come, until everything is decided and signed off', async (page) => {
  await signIn(page, /Priya Raman/);
  const { data } = await askFrom(page, `{ certifications(first: 250, reviewer: "me", filter: { phase: ACTIVE, completed: false }) {
    nodes { id name decisionsMade decisionsTotal reviewer { type } campaign { mandatoryCommentRequirement } } } }`);
  const { id, name } = data.certifications.nodes.find(
    ({ reviewer, campaign, decisionsMade, decisionsTotal }) =>
      reviewer.type === 'IDENTITY' && campaign.mandatoryCommentRequirement === 'NO_DECISIONS' && decisionsTotal - decisionsMade > 10 && decisionsTotal - decisionsMade < 20,
  );
  await page.goto(`${examplePage}?certification=${encodeURIComponent(id)}`);
  await page.getByText(/^These are the first of 1\d items to decide\.$/).waitFor();
  const decideAll = async () => {
    for (const entry of await page.getByRole('listitem').all()) {
      await entry.getByRole('button', { name: 'Approve' }).click();
      await entry.getByText('This is approved.').waitFor();
    }
  };
  const signOff = page.getByRole('button', { name: 'Sign off', exact: true });
  await decideAll();
  assert.equal(await signOff.isVisible(), false);
  await page.getByRole('button', { name: 'Show the next' }).click();
  await page.getByRole('listitem').first().getByRole('button', { name: 'Approve' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Show the next' }).isVisible(), false);
  await decideAll();
  const asked = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.message());
    dialog[asked.length === 1 ? 'dismiss' : 'accept']();
  });
  await signOff.click();
  const phase = async () => (await askFrom(page, 'query Phase($id: ID!) { certification(id: $id) { phase } }', { id })).data.certification.phase;
  assert.equal(await phase(), 'ACTIVE');
  await signOff.click();
  await page.getByRole('status').filter({ hasText: `${name} is signed off.` }).waitFor();
  assert.match(asked.join(), /cannot be undone/);
  assert.equal(await phase(), 'SIGNED');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByText(/^These are the first 60 of/).waitFor();
});

onPage('a comment that the campaign demands is asked for', async (page) => {
  await signIn(page, /Priya Raman/);
  const { data } = await askFrom(page, `{ certifications(first: 250, reviewer: "me", filter: { phase: ACTIVE, completed: false }) {
    nodes { id decisionsMade reviewer { type } campaign { mandatoryCommentRequirement } } } }`);
  const strict = data.certifications.nodes.find(
    ({ reviewer, campaign }) => reviewer.type === 'IDENTITY' && campaign.mandatoryCommentRequirement === 'ALL_DECISIONS',
  );
  await page.goto(`${examplePage}?certification=${encodeURIComponent(strict.id)}`);
  const item = page.getByRole('listitem').first();
  await item.getByRole('button', { name: 'Approve' }).click();
  await item.getByText('The campaign requires a comment for this decision.').waitFor();
  await item.getByLabel('Comment').fill('Still needed');
  await item.getByRole('button', { name: 'Approve' }).click();
  await item.getByText('This is approved.').waitFor();
});

onPage('what the tenant refuses is told beside the item, and can be tried again', async (page) => {
  await signIn(page, /Priya Raman/);
  await openLarge(page);
  const item = page.getByRole('listitem').first();
  await withFaults([{ operation: 'makeIdentityDecision', kind: 'status', status: 400, strikes: 'beforeApplying' }], async () => {
    await item.getByRole('button', { name: 'Revoke' }).click();
    await item.getByRole('alert').filter({ hasText: /./ }).waitFor();
  });
  await item.getByRole('button', { name: 'Revoke' }).click();
  await item.getByText('This is revoked.').waitFor();
});

/** Opens the certification of the README, which has over a thousand items to decide. */
async function openLarge(page) {
  const { data } = await askFrom(page, '{ certification(id: "c1d05e3f8a964b7792e0f6a43b1c8d01") { id } }');
  await page.goto(`${examplePage}?certification=${encodeURIComponent(data.certification.id)}`);
  await page.getByRole('listitem').first().waitFor();
}

onPage('a certification is opened from the list, and the back button closes it', async (page) => {
  await signIn(page, /Priya Raman/);
  const [first] = await listed(page);
  await page.getByRole('rowheader').first().getByRole('link').click();
  await page.getByRole('heading', { name: first, level: 2 }).waitFor();
  assert.match(page.url(), /\?certification=/);
  await page.goBack();
  await page.getByRole('heading', { name: first, level: 2 }).waitFor({ state: 'hidden' });
  assert.equal(page.url(), examplePage);
});

onPage("signing in brings one back to the certification that one came from, and only to the gateway's pages", async (page) => {
  await page.goto(`${examplePage}?certification=c1d05e3f8a964b7792e0f6a43b1c8d01`);
  await signIn(page, /Priya Raman/);
  assert.equal(page.url(), `${examplePage}?certification=c1d05e3f8a964b7792e0f6a43b1c8d01`);
  await page.getByRole('listitem').first().waitFor();
  for (const elsewhere of ['http://evil.example/', '//evil.example/', '/\\evil.example/', '/graphql']) {
    const refused = await page.request.get(`${gateway}/auth/login?return=${encodeURIComponent(elsewhere)}`, { maxRedirects: 0 });
    assert.equal(refused.status(), 400, elsewhere);
  }
});

onPage('who cancels at the tenant is not signed in', async (page, { context, problems }) => {
  await page.getByRole('link', { name: 'Sign in' }).click();
  const answered = page.waitForResponse((response) => new URL(response.url()).pathname === '/auth/callback');
  await page.getByRole('button', { name: 'Cancel' }).click();
  assert.equal((await answered).status(), 403);
  await page.getByRole('link', { name: /sign in/i }).waitFor();
  assert.deepEqual(await cookies(context), []);
  problems.length = 0; // the 403 is in the console
});

onPage('the cookie is out of reach of scripts and of other sites, and the only thing that is kept', async (page, { context }) => {
  const answers = [];
  page.on('response', (response) => answers.push(response));
  await signIn(page, /Priya Raman/);
  const kept = await cookies(context);
  const { value, ...attributes } = kept[0];
  assert.deepEqual(attributes, {
    name: sessionCookie, domain: 'localhost', path: '/', expires: -1, httpOnly: true, secure, sameSite: 'Lax',
  });
  assert.equal(kept.length, 1, 'the cookie of the sign-in itself is removed');
  assert.ok(value.length >= 22 && value.length < 200, `a random id has 128 bits or more and no token in it: ${value.length}`);
  assert.equal(await page.evaluate(() => document.cookie), '');
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
  const set = (await Promise.all(answers.map((answer) => answer.headerValues('set-cookie')))).flat();
  const ofSession = set.filter((line) => line.startsWith(`${sessionCookie}=`));
  assert.ok(ofSession.length > 0);
  for (const line of ofSession) {
    assert.deepEqual(line.split('; ').slice(1).sort(), ['HttpOnly', 'Path=/', 'SameSite=Lax', ...(secure ? ['Secure'] : [])]);
  }
  // A JWT is base64url of an object, which begins with {"; no response of the gateway contains one.
  const own = answers.filter((answer) => answer.url().startsWith(gateway) && answer.status() === 200);
  assert.ok(own.length >= 4);
  for (const answer of own) {
    assert.doesNotMatch(await answer.text(), /eyJ[\w-]{8}/, answer.url());
  }
});

onPage('the session gets another id at each sign-in', async (page, { context }) => {
  const other = await context.newPage();
  await other.goto(`${gateway}/auth/login?return=/pages/`);
  await signIn(page, /Priya Raman/);
  const [first] = (await cookies(context)).filter(({ name }) => name === sessionCookie);
  await other.getByRole('button', { name: /Priya Raman/ }).first().click();
  await other.getByRole('button', { name: 'Sign out' }).waitFor();
  const [second] = await cookies(context);
  assert.notEqual(first.value, second.value);
  await context.addCookies([first]);
  assert.equal((await getFrom(page, '/auth/me')).status, 401, 'the old id is no longer valid');
});

onPage('tokens are refreshed while three queries run, once for all of them', async (page) => {
  await signIn(page, /Priya Raman/);
  const ids = idsIn(await askFrom(page, mine)).slice(0, 3);
  assert.equal(ids.length, 3);
  const before = await counted('oauthToken');
  const granted = async () => (await total('oauthToken', 200)) - before[200];
  await withFaults([{ operation: 'listIdentityAccessReviewItems', kind: 'latency', latencyMillis: 300 }], async () => {
    for (let round = 1; (await granted()) < 1; round++) {
      assert.ok(round < 200, 'no tokens are refreshed');
      // Another page in each round, so that none is served from the gateway's cache.
      const query = 'query Items($id: ID!, $n: Int!) { certification(id: $id) { rawId reviewItems(first: $n) { nodes { rawId } } } }';
      const answers = await Promise.all(ids.map((id) => askFrom(page, query, { id, n: round })));
      for (const [i, { status, data, errors }] of answers.entries()) {
        assert.deepEqual([status, errors, data?.certification?.rawId], [200, undefined, ids[i]]);
        assert.ok(data.certification.reviewItems.nodes.length > 0);
      }
    }
  });
  // Two refreshes at once would have sent one refresh token twice, and the tenant would have refused and ended the whole grant.
  assert.deepEqual({ ...(await counted('oauthToken')), 200: 0 }, { ...before, 200: 0 }, 'refusals of the token endpoint');
  assert.equal((await getFrom(page, '/auth/me')).status, 200);
});

onPage('a session that ends in the middle of a page takes what it showed along, and can be taken up again', async (page, { context }) => {
  const codes = codesOf(page);
  await signIn(page, /Priya Raman/);
  await openLarge(page);
  const decided = await counted('makeIdentityDecision');
  await revokeAtTheTenant(codes.at(-1));
  await page.getByRole('listitem').first().getByRole('button', { name: 'Approve' }).click();
  await seesNothing(page, 'Your session has ended. Sign in again to continue here.');
  assert.equal((await counted('makeIdentityDecision'))[200], decided[200], 'nothing was decided');
  assert.equal((await getFrom(page, '/auth/me')).status, 401);
  assert.deepEqual(await cookies(context), [], 'the dead cookie is removed');
  await signIn(page, /Priya Raman/);
  await page.getByRole('listitem').first().waitFor();
});

onPage('a refused refresh ends the session', async (page, { context }) => {
  await signIn(page, /Priya Raman/);
  await withFaults([{ operation: 'oauthToken', kind: 'status', status: 400 }], async () => {
    for (let ended = false; !ended; ) {
      const { status, errors } = await askFrom(page, mine);
      ended = status === 401;
      assert.ok((errors ?? []).every(({ extensions }) => extensions.code === 'UNAUTHENTICATED'), JSON.stringify(errors));
    }
  });
  assert.deepEqual(await cookies(context), [], 'the dead cookie is removed');
  await page.getByRole('rowheader').first().getByRole('link').click();
  await seesNothing(page, 'Your session has ended.');
});

/** Signs out, and waits until the tenant has sent the browser back. */
async function signOut(page) {
  const back = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame() && frame.url() === examplePage);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await back;
  await page.getByText('Sign in to see what you have to review.').waitFor();
}

onPage('signing out ends the session here and at the tenant, and leaves nothing behind', async (page, { context }) => {
  await signIn(page, /Priya Raman/);
  await openLarge(page);
  const [cookie] = await cookies(context);
  const revoked = await total('oauthRevoke', 200);
  const signedOut = await total('oauthLogout', 303);
  await signOut(page);
  assert.equal(page.url(), examplePage, 'the portal, by way of the tenant');
  assert.deepEqual(await cookies(context), []);
  assert.equal(await total('oauthRevoke', 200), revoked + 1);
  assert.equal(await total('oauthLogout', 303), signedOut + 1);

  await page.goBack({ waitUntil: 'commit' }); // a page that was kept does not load
  await seesNothing(page, /You are signed out\.|Sign in to see/);
  await context.addCookies([cookie]); // as if somebody had kept it
  assert.equal((await getFrom(page, '/auth/me')).status, 401);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(await page.getByText('Go on as before').count(), 0, 'the tenant does not know the browser');
});

onPage('the back button brings nothing back of a user who signed out in another tab', async (page, { context }) => {
  await signIn(page, /Priya Raman/);
  await openLarge(page);
  await page.evaluate(() => { // kept with the page: from now on, answers wait
    const ask = globalThis.fetch;
    globalThis.waits = true;
    globalThis.fetch = async (...request) => {
      await new Promise((answer) => (globalThis.answer = answer));
      return ask(...request);
    };
  });
  await page.goto('about:blank');
  const other = await context.newPage();
  await other.goto(examplePage);
  await signOut(other);

  await page.goBack({ waitUntil: 'commit' });
  assert.deepEqual(await listed(page), [], 'before the page knows that nobody is signed in');
  assert.equal(await page.getByRole('listitem').count(), 0);
  await page.waitForFunction(() => !globalThis.waits || globalThis.answer);
  await page.evaluate(() => globalThis.answer?.());
  await seesNothing(page, 'Sign in to see what you have to review.');
});

onPage('who signs in after somebody else sees their own certifications', async (page) => {
  await signIn(page, /Priya Raman/);
  const before = await listed(page);
  await signOut(page);
  await signIn(page, /Søren/);
  assert.notDeepEqual(await listed(page), before);
  assert.deepEqual(idsIn(await askFrom(page, mine)), await certificationsAtTenant('reviewer-2'));
});

test('two users in two profiles never see a row of each other', async () => {
  const users = [['reviewer-1', /Priya Raman/], ['reviewer-2', /Søren/]];
  const visited = await Promise.all(users.map(() => visit(browser)));
  try {
    await Promise.all(users.map(([, name], i) => signIn(visited[i].page, name)));
    const theirs = await Promise.all(users.map(([user]) => certificationsAtTenant(user)));
    assert.ok(theirs[0].length > 0 && theirs[1].length > 0);
    assert.deepEqual(theirs[0].filter((id) => theirs[1].includes(id)), []);
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all([0, 1, 0, 1].map((i) => askFrom(visited[i].page, mine)));
      answers.forEach((answer, i) => assert.deepEqual(idsIn(answer), theirs[i % 2]));
    }
    for (const i of [0, 1]) {
      const { data, errors } = await askFrom(visited[i].page, `{ certification(id: "${theirs[1 - i][0]}") { name } }`);
      assert.deepEqual([data.certification, errors[0].extensions.code], [null, 'FORBIDDEN']);
      assert.deepEqual(visited[i].problems, []);
    }
  } finally {
    await Promise.all(visited.map(({ context }) => context.close()));
  }
});

const approve = `mutation { decideReviewItems(input: {certificationId: "c1d05e3f8a964b7792e0f6a43b1c8d01",
  decisions: [{itemId: "17e3b0c95d2f4a6881f7c2d4e6a90b02", decision: APPROVE}]}) { decidedItemIds } }`;

/** The forms that another site can make a browser submit, as their fields. */
const forgedForms = {
  'a mutation in a form': { action: '/graphql', fields: { query: approve } },
  'a mutation in a multipart form': { action: '/graphql', enctype: 'multipart/form-data', fields: { query: approve } },
  'a mutation that looks like JSON': {
    action: '/graphql', enctype: 'text/plain', fields: { [`{"query":${JSON.stringify(approve)},"extensions":{"x":"`]: '"}}' },
  },
  'a query in an address': { action: '/graphql', method: 'get', fields: { query: '{ certifications { totalCount } }' } },
  'a sign-out': { action: '/auth/logout', fields: {} },
  'a sign-out in plain text': { action: '/auth/logout', enctype: 'text/plain', fields: { '{"x":"': '"}' } },
};

/** Returns the gateway's response to a form that the page at the origin submits. */
async function submitFrom(page, origin, { action, method = 'post', enctype = 'application/x-www-form-urlencoded', fields }) {
  await page.goto(origin);
  const [response] = await Promise.all([
    page.waitForNavigation({ url: (url) => url.href.startsWith(gateway + action) }),
    page.evaluate(({ fields, ...attributes }) => {
      const form = Object.assign(document.createElement('form'), attributes);
      for (const [name, value] of Object.entries(fields)) {
        form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
      }
      document.body.append(form);
      form.submit();
    }, { action: gateway + action, method, enctype, fields }),
  ]);
  return response;
}

/** Reports whether a WebSocket of the page at its gateway ends in "open" or in "error". */
function socketFrom(page) {
  return page.evaluate((url) => new Promise((ended) => {
    const socket = new WebSocket(url, 'graphql-transport-ws');
    for (const event of ['open', 'error']) {
      socket.addEventListener(event, () => ended(event));
    }
  }), `${gateway.replace(/^http/, 'ws')}/graphql`);
}

test('a form of another site changes nothing', async () => {
  const { context, page } = await visit(browser);
  try {
    await signIn(page, /Priya Raman/);
    const decided = await counted('makeIdentityDecision');
    await withOtherSites(async (origins) => {
      for (const origin of origins) {
        for (const [name, form] of Object.entries(forgedForms)) {
          const response = await submitFrom(page, origin, form);
          assert.ok(response.status() >= 400 && response.status() < 500, `${name} from ${origin}: status ${response.status()}`);
          assert.deepEqual(await response.headerValues('set-cookie'), [], `${name} from ${origin}`);
        }
      }
    });
    assert.deepEqual(await counted('makeIdentityDecision'), decided);
    await page.goto(examplePage);
    await page.getByText('Signed in as priya.raman').waitFor();
  } finally {
    await context.close();
  }
});

test('a script of another site changes nothing, and reads nothing', async () => {
  const { context, page } = await visit(browser);
  try {
    await signIn(page, /Priya Raman/);
    const { data } = await askFrom(page, '{ pendingCertificationTasks(first: 1) { nodes { rawId } } }');
    const [{ rawId: runningTask }] = data.pendingCertificationTasks.nodes;
    const decided = await counted('makeIdentityDecision');
    const watched = await counted('getCertificationTask');
    const json = { 'content-type': 'application/json' };
    const attempts = [
      ['/graphql', { method: 'POST', headers: json, body: JSON.stringify({ query: approve }) }],
      ['/graphql', { method: 'POST', body: JSON.stringify({ query: approve }), mode: 'no-cors' }],
      ['/graphql', { method: 'POST', body: JSON.stringify({ query: approve }) }],
      [`/graphql?query=${encodeURIComponent('{ certifications { totalCount } }')}`, {}],
      [`/graphql?query=${encodeURIComponent('{ certifications { totalCount } }')}`, { headers: { 'graphql-preflight': '1' } }],
      [`/graphql?query=${encodeURIComponent(`subscription { certificationTask(id: "${runningTask}") { status } }`)}`, { headers: { accept: 'text/event-stream' } }],
      ['/auth/me', {}],
      ['/auth/logout', { method: 'POST', headers: json }],
      ['/auth/logout', { method: 'POST', mode: 'no-cors' }],
    ];
    assert.equal(await socketFrom(page), 'open', "a WebSocket of the gateway's own page");
    await withOtherSites(async (origins) => {
      for (const origin of origins) {
        await page.goto(origin);
        for (const [path, options] of attempts) {
          const read = await page.evaluate(async ([url, options]) => {
            const response = await fetch(url, { credentials: 'include', ...options }).catch((error) => error.name);
            return typeof response === 'string' ? response : [response.type, await response.text()];
          }, [gateway + path, options]);
          const unread = options.mode === 'no-cors' ? ['opaque', ''] : 'TypeError';
          assert.deepEqual(read, unread, `${path} from ${origin}`);
        }
        assert.equal(await socketFrom(page), 'error', `a WebSocket from ${origin}`);
      }
    });
    assert.deepEqual(await counted('makeIdentityDecision'), decided);
    assert.deepEqual(await counted('getCertificationTask'), watched);
    await page.goto(examplePage);
    await page.getByText('Signed in as priya.raman').waitFor();
  } finally {
    await context.close();
  }
});

onPage('a page of an origin that is listed uses the session as well', async (page) => {
  await signIn(page, /Priya Raman/);
  const expected = idsIn(await askFrom(page, mine));
  await page.goto(portal);
  const [answer, user] = await page.evaluate(async ([gateway, body]) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${gateway}/graphql`, { method: 'POST', headers, body, credentials: 'include' });
    const user = await fetch(`${gateway}/auth/me`, { credentials: 'include' });
    return [await answer.json(), await user.json()];
  }, [gateway, JSON.stringify({ query: mine })]);
  assert.deepEqual(idsIn(answer), expected);
  assert.equal(user.name, 'priya.raman');
  const out = await page.evaluate(async (gateway) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${gateway}/auth/logout`, { method: 'POST', headers, credentials: 'include' })).status;
  }, gateway);
  assert.equal(out, 200);
  await page.goto(examplePage);
  await seesNothing(page, 'Sign in to see what you have to review.');
});

test("nobody is signed in by somebody else's callback", async () => {
  const attacker = await visit(browser);
  const victim = await visit(browser);
  try {
    await attacker.page.getByRole('link', { name: 'Sign in' }).click();
    const form = { request: await attacker.page.locator('[name=request]').inputValue(), identity: 'reviewer-1' };
    const chosen = await attacker.context.request.post(attacker.page.url(), { form, maxRedirects: 0 });
    const callback = chosen.headers().location;
    for (const url of [callback, `${gateway}/auth/callback?code=x&state=y`, `${gateway}/auth/callback`]) {
      const response = await victim.page.goto(url);
      assert.equal(response.status(), 400, url);
      assert.deepEqual(await cookies(victim.context), []);
    }
    await attacker.page.goto(callback); // which was good, but for one browser
    await attacker.page.getByText('Signed in as priya.raman').waitFor();
  } finally {
    await Promise.all([attacker, victim].map(({ context }) => context.close()));
  }
});

onPage('a callback that comes again signs nobody in, and leads on who is signed in', async (page, { context, problems }) => {
  const callbacks = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/auth/callback') {
      callbacks.push(request.url());
    }
  });
  const wanted = `${examplePage}?certification=c1d05e3f8a964b7792e0f6a43b1c8d01`;
  await page.goto(wanted);
  await signIn(page, /Priya Raman/);
  const [cookie] = await cookies(context);
  await page.goto(examplePage);
  await page.goto(callbacks[0]);
  assert.equal(page.url(), wanted);
  await page.getByText('Signed in as priya.raman').waitFor();
  assert.deepEqual((await cookies(context)).map(({ value }) => value), [cookie.value], 'no other session');
  await signOut(page);
  const response = await page.goto(callbacks[0]);
  assert.equal(response.status(), 400);
  assert.deepEqual(await cookies(context), []);
  problems.length = 0; // the 400 is in the console
});

onPage('the back button after the sign-in leads on', async (page, { context }) => {
  await page.goto(`${examplePage}?certification=c1d05e3f8a964b7792e0f6a43b1c8d01`);
  const wanted = page.url();
  await signIn(page, /Priya Raman/);
  const [cookie] = await cookies(context);
  await page.goBack({ waitUntil: 'commit' });
  await page.getByRole('heading', { name: 'Sign in' }).waitFor(); // the tenant's page
  await page.getByRole('button', { name: /Priya Raman/ }).first().click();
  await page.getByText('Signed in as priya.raman').waitFor();
  assert.equal(page.url(), wanted);
  await page.goto(`${gateway}/auth/login?return=${encodeURIComponent('/pages/')}`); // as a link that another tab still shows
  await page.getByText('Signed in as priya.raman').waitFor();
  assert.equal(page.url(), examplePage);
  assert.deepEqual((await cookies(context)).map(({ value }) => value), [cookie.value]);
});

onPage('of six tabs that sign in, the oldest is dropped, and is led on all the same', async (page, { context, problems }) => {
  const tabs = [];
  for (let i = 0; i < 6; i++) {
    const tab = await context.newPage();
    await tab.goto(`${gateway}/auth/login?return=${encodeURIComponent(`/pages/?certification=${i}`)}`);
    tabs.push(tab);
  }
  const choose = (tab) => tab.getByRole('button', { name: /Priya Raman/ }).first().click();
  await choose(tabs[0]);
  await tabs[0].getByRole('heading', { name: 'Bad Request' }).waitFor();
  await choose(tabs[1]);
  await tabs[1].waitForURL(`${examplePage}?certification=1`);
  await tabs[0].getByRole('link', { name: 'Sign in' }).click();
  await tabs[0].waitForURL(examplePage); // which certification it asked for is lost with what was dropped
  for (const i of [5, 3]) {
    await choose(tabs[i]);
    await tabs[i].waitForURL(`${examplePage}?certification=${i}`);
  }
  await page.reload();
  await page.getByText('Signed in as priya.raman').waitFor();
  problems.length = 0;
});

onPage('a double click at the tenant signs in once', async (page) => {
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: /Priya Raman/ }).first().dblclick();
  await page.getByText('Signed in as priya.raman').waitFor();
});

test('a cookie that was tampered with is no session', async () => {
  const { context, page } = await visit(browser);
  try {
    await signIn(page, /Priya Raman/);
    const [cookie] = await cookies(context);
    const last = cookie.value.at(-5) === 'A' ? 'B' : 'A';
    await context.addCookies([{ ...cookie, value: cookie.value.slice(0, -5) + last + cookie.value.slice(-4) }]);
    assert.equal((await askFrom(page, mine)).status, 401);
    assert.deepEqual(await cookies(context), [], 'the bad cookie is taken back');
  } finally {
    await context.close();
  }
});
