// Runs every audit of package graphql-http against the endpoint named by the first argument and
// prints the results as JSON: [{id, name, status, reason}], where status is "ok" unless a MUST
// ("error"), a SHOULD ("warn") or a MAY ("notice") is not met.
import { auditServer } from 'graphql-http';

const [url] = process.argv.slice(2);
const results = await auditServer({ url });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
