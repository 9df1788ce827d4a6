// The page sends requests to the gateway that serves it, so the browser adds the session's cookie by itself. A page on
// another origin, which --cors-origin must then list, puts the gateway's origin in front of each path and adds
// `credentials: 'include'` to each fetch.

const element = (id) => document.getElementById(id);

/** Thrown if nobody is signed in, or no longer: a session can end at any time. */
class SignedOut extends Error {}

// ---- The gateway ----

/** Returns who is signed in, as {name, identityId, expiresAt}, or null. */
async function signedInUser() {
  const response = await fetch('/auth/me');
  if (response.status === 401) {
    return null;
  }
  if (!response.ok) {
    throw new Error(`The gateway did not report who is signed in: status ${response.status}.`);
  }
  return response.json();
}

/** Returns the data of a GraphQL operation. */
async function ask(query, variables) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' }, // a form on another site cannot send this type
    body: JSON.stringify({ query, variables }),
  });
  if (response.status === 401) {
    throw new SignedOut();
  }
  const { data, errors } = await response.json();
  // The session may end while the gateway is working; then the errors of the fields that it could not read say so.
  if (errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED')) {
    throw new SignedOut();
  }
  if (errors) {
    throw new Error(errors.map((error) => error.message).join(' '));
  }
  return data;
}

/**
 * Ends the session, and returns the URL at which the browser can sign out of the tenant as well, or null. The tenant
 * sends the browser back to this page: with --pages, the gateway allows its address.
 */
async function endSession() {
  const response = await fetch(`/auth/logout?return=${encodeURIComponent(location.pathname)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  if (!response.ok) {
    throw new Error(`Signing out failed: status ${response.status}.`);
  }
  return (await response.json()).logoutUrl;
}

const myCertifications = `query MyCertifications($first: Int!) {
  certifications(first: $first, reviewer: "me", filter: { phase: ACTIVE }, orderBy: [{ field: DUE }]) {
    totalCount
    nodes { id name due decisionsMade decisionsTotal campaign { name } }
  }
}`;

const oneCertification = `query OneCertification($id: ID!) {
  certification(id: $id) {
    id
    name
    phase
    decisionsMade
    decisionsTotal
    reviewItems(first: 10, filter: { completed: false }) {
      totalCount
      nodes {
        id
        identity { name }
        access { name description privileged ... on Entitlement { sourceName } }
      }
    }
  }
}`;

const decideItem = `mutation DecideItem($input: DecideReviewItemsInput!) {
  decideReviewItems(input: $input) {
    certification { phase decisionsMade decisionsTotal }
    errors { code message }
  }
}`;

const signOffCertification = `mutation SignOff($input: SignOffCertificationInput!) {
  signOffCertification(input: $input) {
    certification { id }
    errors { code message }
  }
}`;

// ---- The page ----

/** How many certifications the page lists; "More" lists more of them. */
let listed = 10;

/** Shows who is signed in, and what there is to review. */
async function start() {
  const user = await signedInUser();
  if (!user) {
    showSignedOut('Sign in to see what you have to review.');
    return;
  }
  element('user-name').textContent = user.name;
  element('user').hidden = false;
  element('signed-out').hidden = true;
  await Promise.all([showCertifications(), showCertification()]);
}

/** Removes everything that belongs to the user from the page. */
function clear() {
  element('rows').replaceChildren();
  element('items').replaceChildren();
  for (const id of ['user-name', 'certification-title', 'progress', 'more-text', 'news', 'problem']) {
    element(id).textContent = '';
  }
  for (const id of ['user', 'certifications', 'certification']) {
    element(id).hidden = true;
  }
}

/** Offers to sign in, and shows nothing else. */
function showSignedOut(reason) {
  clear();
  element('reason').textContent = reason;
  // The gateway sends the browser back to this page.
  element('sign-in').href = `/auth/login?return=${encodeURIComponent(location.pathname + location.search)}`;
  element('signed-out').hidden = false;
}

/** Lists the user's certifications. */
async function showCertifications() {
  const { certifications } = await ask(myCertifications, { first: listed });
  const rows = certifications.nodes.map((certification) => {
    const row = copyOf('row');
    const link = row.querySelector('.name');
    link.textContent = certification.name ?? certification.id;
    link.href = `?${new URLSearchParams({ certification: certification.id })}`;
    row.dataset.certification = certification.id;
    row.querySelector('.campaign').textContent = certification.campaign?.name ?? '';
    row.querySelector('.due').textContent = certification.due ? new Date(certification.due).toLocaleDateString() : '';
    row.querySelector('.decided').textContent = progressOf(certification);
    return row;
  });
  element('rows').replaceChildren(...rows);
  element('table').hidden = rows.length === 0;
  element('nothing').hidden = rows.length > 0;
  element('more').hidden = !(certifications.totalCount > rows.length);
  element('more-text').textContent = `These are the first ${rows.length} of ${certifications.totalCount}.`;
  element('certifications').hidden = false;
}

/** Shows the items to decide of the certification in the page's address, if there is one. */
async function showCertification() {
  const id = chosenCertification();
  if (!id) {
    element('certification').hidden = true;
    element('items').replaceChildren();
    return;
  }
  const { certification } = await ask(oneCertification, { id });
  if (id !== chosenCertification()) {
    return; // another one was chosen in the meantime
  }
  if (!certification) {
    throw new Error('There is no such certification.');
  }
  element('certification-title').textContent = certification.name ?? certification.id;
  showProgress(certification);
  element('next-text').textContent = `These are the first of ${certification.reviewItems.totalCount} items to decide.`;
  element('next').hidden = !(certification.reviewItems.totalCount > certification.reviewItems.nodes.length);
  element('items').replaceChildren(...certification.reviewItems.nodes.map((item) => itemOf(certification, item)));
  element('certification').hidden = false;
  element('certification-title').focus();
}

/** Shows how much of the chosen certification is decided and, once that is everything, offers to sign it off. */
function showProgress({ phase, decisionsMade, decisionsTotal }) {
  element('progress').textContent = phase === 'SIGNED' ? 'This is signed off.' : `${progressOf({ decisionsMade, decisionsTotal })} decided.`;
  element('sign-off').hidden = phase !== 'ACTIVE' || decisionsMade !== decisionsTotal;
}

/** Signs the chosen certification off, after asking. */
async function signOff() {
  if (!confirm('Sign off? All decisions become final, and revoked access will be removed. This cannot be undone.')) {
    return;
  }
  const { signOffCertification: outcome } = await ask(signOffCertification, { input: { certificationId: chosenCertification() } });
  if (outcome.errors.length > 0) {
    throw new Error(outcome.errors.map(refusalText).join(' '));
  }
  const name = element('certification-title').textContent;
  history.pushState(null, '', location.pathname);
  await Promise.all([showCertifications(), showCertification()]);
  element('news').textContent = `${name} is signed off.`;
}

/** Returns the list entry of a review item, with the buttons that decide it. */
function itemOf(certification, item) {
  const entry = copyOf('item');
  const { name, description, privileged, sourceName } = item.access ?? {};
  entry.querySelector('.identity').textContent = item.identity?.name ?? 'Unknown identity';
  entry.querySelector('.access').textContent = name ?? 'unnamed access';
  entry.querySelector('.about').textContent = [sourceName, privileged && 'privileged', description].filter(Boolean).join(' · ');
  const title = entry.querySelector('h3').textContent;
  for (const [button, decision] of [['.approve', 'APPROVE'], ['.revoke', 'REVOKE']]) {
    entry.querySelector(button).ariaDescription = title; // it distinguishes buttons with the same name
    entry.querySelector(button).addEventListener('click', () => attempt(() => decide(certification, item, entry, decision)));
  }
  return entry;
}

/** Decides an item. If the campaign or the tenant refuses, the reason is shown beside the item. */
async function decide(certification, item, entry, decision) {
  const controls = [...entry.querySelectorAll('button, input')];
  const comment = entry.querySelector('.comment').value.trim() || null;
  entry.querySelector('.outcome').textContent = '';
  controls.forEach((control) => (control.disabled = true));
  try {
    const { decideReviewItems: outcome } = await ask(decideItem, {
      input: { certificationId: certification.id, decisions: [{ itemId: item.id, decision, comment }] },
    });
    if (outcome.errors.length > 0) {
      entry.querySelector('.outcome').textContent = outcome.errors.map(refusalText).join(' ');
      return;
    }
    const word = decision === 'APPROVE' ? 'approved' : 'revoked';
    entry.querySelector('.decision').replaceChildren(`This is ${word}.`);
    element('news').textContent = `${entry.querySelector('h3').textContent} is ${word}.`;
    if (outcome.certification) {
      showProgress(outcome.certification);
      const row = [...element('rows').children].find((each) => each.dataset.certification === certification.id);
      row?.querySelector('.decided').replaceChildren(progressOf(outcome.certification));
    }
    element('certification-title').focus(); // the buttons that had the focus are gone
  } finally {
    controls.forEach((control) => (control.disabled = false));
  }
}

/** Returns the text of a refusal: the page's own text for codes that it knows, otherwise the gateway's. */
function refusalText({ code, message }) {
  switch (code) {
    case 'COMMENT_REQUIRED':
      return 'The campaign requires a comment for this decision.';
    case 'UNDECIDED_ITEMS':
      return 'There are still items to decide.';
    case 'ALREADY_SIGNED':
      return 'This certification is signed off and can no longer be changed.';
    default:
      return message;
  }
}

async function signOut() {
  const logoutUrl = await endSession();
  showSignedOut('You are signed out.');
  if (logoutUrl) {
    location.assign(logoutUrl);
  }
}

const chosenCertification = () => new URLSearchParams(location.search).get('certification');
const copyOf = (template) => element(template).content.firstElementChild.cloneNode(true);
const progressOf = ({ decisionsMade, decisionsTotal }) => `${decisionsMade ?? '?'} of ${decisionsTotal ?? '?'}`;

/** Runs act, and shows what went wrong, if anything did. */
async function attempt(act) {
  element('problem').textContent = '';
  try {
    await act();
  } catch (error) {
    if (error instanceof SignedOut) {
      showSignedOut('Your session has ended. Sign in again to continue here.');
    } else {
      element('problem').textContent = error.message;
    }
  }
}

element('sign-out').addEventListener('click', () => attempt(signOut));
element('sign-off').addEventListener('click', () => attempt(signOff));
element('next-button').addEventListener('click', () => attempt(showCertification)); // what is decided has left the list
element('more-button').addEventListener('click', () => {
  listed += 50;
  attempt(showCertifications);
});

// A certification opens in this page, at an address of its own: it can be linked to, and survives signing in again.
element('rows').addEventListener('click', (event) => {
  const link = event.target.closest('a');
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    history.pushState(null, '', link.href);
    attempt(showCertification);
  }
});
addEventListener('popstate', () => attempt(start));

// The back button may restore the page as it was, for another person to see. So the page is cleared on leaving.
addEventListener('pagehide', clear);
addEventListener('pageshow', (event) => {
  if (event.persisted) {
    attempt(start);
  }
});

attempt(start);
