// Runs the jobs against a sandbox that allows 100 calls in 10 seconds, and prints a table of what each took:
//
//	go build . && node docs/compare/run.mjs ./certql
//
// It needs node 20, and leaves out a way whose packages are missing (npm ci --prefix docs/compare). With --at-once,
// a job does not wait for the budget's next 10 seconds to begin, so that the times mean nothing.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { waysOf } from './ways.mjs';

const program = process.argv[2] ?? './certql';
const atOnce = process.argv.includes('--at-once');
const window = 10_000; // ms for which the sandbox counts calls, from one multiple of it to the next
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

// wholeWindow waits until a window begins. With --at-once, one that has 4 s left will do: what is sent at the same time falls into it.
async function wholeWindow() {
  const left = window - (Date.now() % window);
  if (!atOnce || left < 4000) await new Promise((wake) => setTimeout(wake, left + 20));
}

// lines returns how many lines of code a job has.
const lines = (job) => job.toString().split('\n').length - 2;

// isInstalled says whether a package is.
function isInstalled(name) {
  try {
    return Boolean(import.meta.resolve(name));
  } catch {
    return false;
  }
}

// The table alone goes to standard output: the vendor's paginator, too, writes to console.log.
const print = (line) => process.stdout.write(`${line}\n`);
console.log = () => {};

try {
  const sandbox = await start('Sandbox', 'sandbox', '--addr=localhost:0');
  const gateway = await start('GraphQL', '--addr=localhost:0', '--admin-addr=', `--upstream-url=${sandbox}/v3`, '--auth=bearer', '--log-level=error', '--max-upstream-calls=400');
  const ways = waysOf(sandbox, gateway).filter(({ name, needs }) => {
    const missing = needs.filter((needed) => !isInstalled(needed));
    if (missing.length > 0) console.error(`${name}: left out, since ${missing.join(', ')} is not installed`);
    return missing.length === 0;
  });
  print('| job | way | values | calls | refused (429) | seconds | lines |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |');
  for (const job of Object.keys(ways[0].jobs)) {
    const values = [];
    for (const { name, jobs, client } of ways) {
      await wholeWindow();
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
  for (const child of running) child.kill();
}
