// Runs the jobs against a sandbox that allows 100 calls in 10 seconds, and prints a table of what each took:
//
//	go build . && node docs/compare/run.mjs ./certql
//
// It needs node 20 and nothing else. With --at-once, it does not wait for the budget to be whole before each
// job, so that the times mean nothing.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { byHand, certql, graphql, rest } from './jobs.mjs';

const program = process.argv[2] ?? './certql';
const pause = process.argv.includes('--at-once') ? 0 : 10_500; // ms, until the budget is whole again
const running = [];

// start runs a command of the program, and returns the address that it prints after a word.
async function start(word, ...args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  running.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const found = line.match(new RegExp(`^${word}\\s+(http://[^/\\s]+)`));
    if (found) return found[1];
  }
  throw new Error(`${program} ${args.join(' ')} does not start`);
}

// lines returns how many lines of code a job has.
const lines = (job) => job.toString().split('\n').length - 2;

try {
  const sandbox = await start('Sandbox', 'sandbox', '--addr=localhost:0');
  const gateway = await start('GraphQL', '--addr=localhost:0', '--admin-addr=', `--upstream-url=${sandbox}/v3`, '--auth=bearer', '--log-level=error', '--max-upstream-calls=400');
  console.log('| job | way | values | calls | refused (429) | seconds | lines |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |');
  for (const job of Object.keys(byHand)) {
    const values = [];
    for (const [way, jobs, client] of [['by hand', byHand, (token) => rest(`${sandbox}/v3`, token)], ['certql', certql, (token) => graphql(gateway, token)]]) {
      await new Promise((wake) => setTimeout(wake, pause));
      await fetch(`${sandbox}/sandbox/reset`, { method: 'POST' });
      const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'org-admin', client_secret: 'sandbox' });
      const { access_token: token } = await (await fetch(`${sandbox}/oauth/token`, { method: 'POST', body: form })).json();
      const began = performance.now();
      values.push(await jobs[job](client(token)));
      const seconds = (performance.now() - began) / 1000;
      const { counts } = await (await fetch(`${sandbox}/sandbox/requests`)).json();
      delete counts.oauthToken;
      const statuses = Object.values(counts).flatMap(Object.entries);
      const sum = (wanted) => statuses.reduce((all, [status, n]) => all + (wanted(status) ? n : 0), 0);
      console.log(`| ${job} | ${way} | ${values.at(-1)} | ${sum((s) => s !== '429')} | ${sum((s) => s === '429')} | ${seconds.toFixed(1)} | ${lines(jobs[job])} |`);
    }
    if (values[0] !== values[1]) throw new Error(`${job}: the two ways do not agree: ${values}`);
  }
} finally {
  for (const child of running) child.kill();
}
