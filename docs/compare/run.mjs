// Runs the jobs against a sandbox that allows 100 calls in 10 seconds, and prints a table of what each took:
//
//	go build . && node docs/compare/run.mjs ./certql
//
// It needs node 20, and leaves out a way whose packages (npm ci --prefix docs/compare) or whose program are missing. TAILCALL names
// Tailcall's. With --at-once, a job does not wait for the budget's next 10 seconds to begin, so that the times mean nothing.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { waysOf } from './ways.mjs';

const program = process.argv[2] ?? './certql';
const atOnce = process.argv.includes('--at-once');
const window = 10_000; // ms for which the sandbox counts calls, from one multiple of it to the next
const running = [];

// start runs a command, and returns the address that it prints after some text.
async function start(word, command, ...args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  running.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const [, address] = line.match(new RegExp(`${word}\\s+(?:http://|\\[)?([\\w.]+:\\d+)`)) ?? [];
    if (!address) continue;
    child.stdout.resume();
    return `http://${address}`;
  }
  throw new Error(`${command} ${args.join(' ')} does not start`);
}

// wholeWindow waits until a window begins.
async function wholeWindow() {
  await new Promise((wake) => setTimeout(wake, window - (Date.now() % window) + 20));
}

// lines returns how many lines of code a job has.
const lines = (job) => job.toString().split('\n').length - 2;

// The table alone goes to standard output: the vendor's paginator, too, writes to console.log.
const print = (line) => process.stdout.write(`${line}\n`);
console.log = () => {};

try {
  const sandbox = await start('Sandbox', program, 'sandbox', '--addr=localhost:0');
  const gateway = await start('GraphQL', program, '--addr=localhost:0', '--admin-addr=', `--upstream-url=${sandbox}/v3`, '--auth=bearer', '--log-level=error', '--max-upstream-calls=400');
  const ways = waysOf(sandbox, gateway, start).filter(({ name, missing }) => {
    if (missing) console.error(`${name} is left out: ${missing}`);
    return !missing;
  });
  for (const way of ways) way.client = await way.open();
  print('| job | way | values | calls | refused (429) | seconds | lines |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |');
  for (const job of Object.keys(ways[0].jobs)) {
    const values = [];
    for (const { name, jobs, client } of ways) {
      if (!atOnce) await wholeWindow();
      await fetch(`${sandbox}/sandbox/reset`, { method: 'POST' });
      const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'org-admin', client_secret: 'sandbox' });
      const { access_token: token } = await (await fetch(`${sandbox}/oauth/token`, { method: 'POST', body: form })).json();
      const connected = await client(token);
      const began = performance.now();
      values.push(await jobs[job](connected));
      const seconds = (performance.now() - began) / 1000;
      const { counts } = await (await fetch(`${sandbox}/sandbox/requests`)).json();
      delete counts.oauthToken;
      const statuses = Object.values(counts).flatMap(Object.entries);
      const sum = (wanted) => statuses.reduce((all, [status, n]) => all + (wanted(status) ? n : 0), 0);
      print(`| ${job} | ${name} | ${values.at(-1)} | ${sum((s) => s !== '429')} | ${sum((s) => s === '429')} | ${seconds.toFixed(1)} | ${lines(jobs[job])} |`);
    }
    if (new Set(values).size > 1) throw new Error(`${job}: the ways do not agree: ${values}`);
  }
} finally {
  for (const child of running) child.kill('SIGKILL'); // Hive Gateway outlives SIGTERM
}
