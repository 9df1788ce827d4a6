// The same five jobs in several ways, each with the client that ways.mjs has for it. A job returns how many values it
// has read or written, so that the ways can be held to each other.

const LARGE = 'c1d05e3f8a964b7792e0f6a43b1c8d01'; // a certification of the sandbox

export const byHand = {
  async queue(call) {
    const rows = await call('/certifications', { query: { filters: 'phase eq "ACTIVE"', sorters: 'due', limit: 50 } });
    return rows.length;
  },
  async items(call) {
    const all = [];
    for (let offset = 0; ; offset += 250) {
      const page = await call(`/certifications/${LARGE}/access-review-items`, { query: { limit: 250, offset } });
      all.push(...page);
      if (page.length < 250) return all.length;
    }
  },
  async people(call) {
    const rows = await call('/certifications', { query: { filters: 'phase eq "ACTIVE"', sorters: 'due', limit: 100 } });
    const ids = [...new Set(rows.map((row) => row.reviewer.id))];
    const people = await Promise.all(ids.map((id) => call('/public-identities', { query: { filters: `id eq "${id}"` } })));
    const byID = new Map(people.flat().map((person) => [person.id, person]));
    return rows.filter((row) => byID.has(row.reviewer.id)).length;
  },
  async permissions(call) {
    const pages = await Promise.all([[0, 250], [250, 240]].map(([offset, limit]) => call(`/certifications/${LARGE}/access-review-items`, { query: { offset, limit } })));
    const rows = pages.flat();
    const some = rows.filter((row) => row.accessSummary.entitlement?.hasPermissions);
    const lists = await Promise.all(some.map((row) => call(`/certifications/${LARGE}/access-review-items/${row.id}/permissions`)));
    return lists.length;
  },
  async decide(call) {
    const ids = [];
    for (let offset = 0; offset < 500; offset += 250) {
      const page = await call(`/certifications/${LARGE}/access-review-items`, { query: { limit: 250, offset } });
      ids.push(...page.map((row) => row.id));
    }
    for (let at = 0; at < ids.length; at += 250) {
      const body = ids.slice(at, at + 250).map((id) => ({ id, decision: 'APPROVE', bulk: true }));
      await call(`/certifications/${LARGE}/decide`, { body });
    }
    return ids.length;
  },
};

// sdk has the jobs with the vendor's SDK: its paginator reads by pages of 250.
export const sdk = {
  async queue({ certifications }) {
    const { data } = await certifications.listIdentityCertifications({ filters: 'phase eq "ACTIVE"', sorters: 'due', limit: 50 });
    return data.length;
  },
  async items({ certifications, Paginator }) {
    const { data } = await Paginator.paginate(certifications, certifications.listIdentityAccessReviewItems, { id: LARGE });
    return data.length;
  },
  async people({ certifications, people }) {
    const { data: rows } = await certifications.listIdentityCertifications({ filters: 'phase eq "ACTIVE"', sorters: 'due', limit: 100 });
    const ids = [...new Set(rows.map((row) => row.reviewer.id))];
    const responses = await Promise.all(ids.map((id) => people.getPublicIdentities({ filters: `id eq "${id}"` })));
    const byID = new Map(responses.flatMap(({ data }) => data).map((person) => [person.id, person]));
    return rows.filter((row) => byID.has(row.reviewer.id)).length;
  },
  async permissions({ certifications }) {
    const pages = await Promise.all([[0, 250], [250, 240]].map(([offset, limit]) => certifications.listIdentityAccessReviewItems({ id: LARGE, offset, limit })));
    const rows = pages.flatMap(({ data }) => data);
    const some = rows.filter((row) => row.accessSummary.entitlement?.hasPermissions);
    const lists = await Promise.all(some.map((row) => certifications.getIdentityCertificationItemPermissions({ certificationId: LARGE, itemId: row.id })));
    return lists.length;
  },
  async decide({ certifications, Paginator }) {
    const { data: rows } = await Paginator.paginate(certifications, certifications.listIdentityAccessReviewItems, { id: LARGE, limit: 500 });
    for (let at = 0; at < rows.length; at += 250) {
      const reviewDecision = rows.slice(at, at + 250).map(({ id }) => ({ id, decision: 'APPROVE', bulk: true }));
      await certifications.makeIdentityDecision({ id: LARGE, reviewDecision });
    }
    return rows.length;
  },
};

// hive has the jobs with the graph that hive.mjs serves: pages are those of the API, and people
// are read at once, if their ids are selected.
export const hive = {
  async queue(ask) {
    const data = await ask(`{ certifications(filters: "phase eq \\"ACTIVE\\"", sorters: "due", limit: 50) { id name due } }`);
    return data.certifications.length;
  },
  async items(ask) {
    const all = [];
    for (let offset = 0; ; offset += 250) {
      const { items } = await ask(`query ($offset: Int) { items(id: "${LARGE}", limit: 250, offset: $offset) {
        id decision identitySummary { name } accessSummary { access { name } } } }`, { offset });
      all.push(...items);
      if (items.length < 250) return all.length;
    }
  },
  async people(ask) {
    const data = await ask(`{ certifications(filters: "phase eq \\"ACTIVE\\"", sorters: "due", limit: 100) {
      id reviewer { person { id name manager { name } } } } }`);
    return data.certifications.filter((row) => row.reviewer.person).length;
  },
  async permissions(ask) {
    const data = await ask(`{ first: items(id: "${LARGE}", limit: 250) { ...Row } second: items(id: "${LARGE}", offset: 250, limit: 240) { ...Row } }
      fragment Row on Item { permissions(certificationId: "${LARGE}") { target rights } }`);
    return [...data.first, ...data.second].filter((row) => row.permissions).length;
  },
  async decide(ask) {
    const read = await ask(`{ first: items(id: "${LARGE}", limit: 250) { id } second: items(id: "${LARGE}", offset: 250, limit: 250) { id } }`);
    const [first, second] = [read.first, read.second].map((rows) => rows.map(({ id }) => ({ id, decision: 'APPROVE', bulk: true })));
    await ask(`mutation ($first: [Decision_Input], $second: [Decision_Input]) {
      first: decide(id: "${LARGE}", input: $first) { id } second: decide(id: "${LARGE}", input: $second) { id } }`, { first, second });
    return first.length + second.length;
  },
};

// tailcall has the jobs with tailcall.graphql. A call that is refused makes the whole response null, and none is repeated, so that
// the job itself keeps to the budget.
export const tailcall = {
  async queue(ask) {
    const data = await ask(`{ certifications(filters: "phase eq \\"ACTIVE\\"", sorters: "due", limit: 50) { id name due } }`);
    return data.certifications.length;
  },
  async items(ask) {
    const all = [];
    for (let offset = 0; ; offset += 250) {
      const { items } = await ask(`query ($offset: Int!) { items(id: "${LARGE}", limit: 250, offset: $offset) {
        id decision identitySummary { name } accessSummary { access { name } } } }`, { offset });
      all.push(...items);
      if (items.length < 250) return all.length;
    }
  },
  async people(ask) {
    const data = await ask(`{ certifications(filters: "phase eq \\"ACTIVE\\"", sorters: "due", limit: 100) {
      id reviewer { people { name manager { name } } } } }`);
    return data.certifications.filter((row) => row.reviewer.people.length > 0).length;
  },
  async permissions(ask) {
    const data = await ask(`{ first: items(id: "${LARGE}", offset: 0, limit: 250) { ...Row } second: items(id: "${LARGE}", offset: 250, limit: 240) { ...Row } }
      fragment Row on Item { id accessSummary { entitlement { hasPermissions } } }`);
    const some = [...data.first, ...data.second].filter((row) => row.accessSummary.entitlement?.hasPermissions);
    let lists = 0;
    for (let at = 0; at < some.length; at += 90) {
      if (at > 0) await new Promise((wake) => setTimeout(wake, 10_000));
      const fields = some.slice(at, at + 90).map(({ id }, i) => `p${i}: permissions(certificationId: "${LARGE}", itemId: "${id}") { target rights }`);
      lists += Object.keys(await ask(`{ ${fields.join(' ')} }`)).length;
    }
    return lists;
  },
  async decide(ask) {
    const read = await ask(`{ first: items(id: "${LARGE}", offset: 0, limit: 250) { id } second: items(id: "${LARGE}", offset: 250, limit: 250) { id } }`);
    const [first, second] = [read.first, read.second].map((rows) => rows.map(({ id }) => ({ id, decision: 'APPROVE', bulk: true })));
    await ask(`mutation ($first: [Decision!]!, $second: [Decision!]!) {
      first: decide(id: "${LARGE}", decisions: $first) { id } second: decide(id: "${LARGE}", decisions: $second) { id } }`, { first, second });
    return first.length + second.length;
  },
};

export const certql = {
  async queue(ask) {
    const data = await ask(`{ certifications(first: 50, filter: { phase: ACTIVE }, orderBy: [{ field: DUE }]) { nodes { id name due } } }`);
    return data.certifications.nodes.length;
  },
  async items(ask) {
    const all = [];
    for (let after = null; ; ) {
      const data = await ask(`query ($after: String) { certification(id: "${LARGE}") { reviewItems(first: 1000, after: $after) {
        pageInfo { hasNextPage endCursor } nodes { id decision identity { name } access { name } } } } }`, { after });
      const page = data.certification.reviewItems;
      all.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) return all.length;
      after = page.pageInfo.endCursor;
    }
  },
  async people(ask) {
    const data = await ask(`{ certifications(first: 100, filter: { phase: ACTIVE }, orderBy: [{ field: DUE }]) {
      nodes { id reviewer { publicIdentity { name manager { name } } } } } }`);
    return data.certifications.nodes.filter((row) => row.reviewer.publicIdentity).length;
  },
  async permissions(ask) {
    const data = await ask(`{ certification(id: "${LARGE}") { reviewItems(first: 490) { nodes {
      access { ... on Entitlement { hasPermissions } } permissions { nodes { target rights } } } } } }`);
    return data.certification.reviewItems.nodes.filter((row) => row.access.hasPermissions).length;
  },
  async decide(ask) {
    const read = await ask(`{ certification(id: "${LARGE}") { reviewItems(first: 500) { nodes { rawId } } } }`);
    const decisions = read.certification.reviewItems.nodes.map((row) => ({ itemId: row.rawId, decision: 'APPROVE', bulk: true }));
    const data = await ask(`mutation ($d: [ReviewDecisionInput!]!) { decideReviewItems(input: { certificationId: "${LARGE}", decisions: $d }) {
      decidedItemIds errors { code message } } }`, { d: decisions });
    return data.decideReviewItems.decidedItemIds.length;
  },
};
