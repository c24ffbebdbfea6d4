// Every case of cases/ against cepa and against Node's ws.
//   node ws/run.mjs --cepa 127.0.0.1:PORT [--only TEXT]
// A case passes when cepa does what the table expects, in one write and byte by byte, and ws does the same or what
// differences.mjs says of it. A line there that no longer holds is a failure.
import { parseArgs } from "node:util";
import { differences } from "./differences.mjs";
import { start } from "./server.mjs";
import { observe } from "./wire.mjs";

const { values: flags } = parseArgs({ options: { cepa: { type: "string" }, only: { type: "string" } } });
const reference = await start();
const AT_ONCE = 16; // cases in flight
const SLOW = 256; // bytes of frames that are also sent one by one

const groups = ["handshake", "framing", "control", "fragments", "utf8", "closing", "limits", "offers", "deflate"];
const cases = [];
for (const group of groups) {
  const { default: table } = await import(`./cases/${group}.mjs`);
  cases.push(...table.map((one) => ({ ...one, title: `${group}: ${one.name}` })));
}
const titles = new Set(cases.map((one) => one.title));
if (titles.size !== cases.length) throw new Error("two cases have one name");

let [passed, failed] = [0, 0];
const verdict = (title, faults) => {
  if (!faults.length) return void (passed += 1);
  failed += 1;
  console.log(`FAIL ${title}${faults.map((fault) => `\n     ${fault}`).join("")}`);
};

async function run(one) {
  const faults = [];
  const compare = (who, expected, seen) => { if (seen !== expected) faults.push(`${who}: expected ${expected}\n     ${" ".repeat(who.length)}       seen ${seen}`); };
  compare("cepa", one.expect, await observe(flags.cepa, one));
  if (one.bytes?.length <= SLOW && !one.atOnce) compare("cepa, byte by byte", one.expect, await observe(flags.cepa, one, true));
  const difference = differences[one.title];
  if (difference?.ws === one.expect) faults.push("differences.mjs names what is no difference");
  compare(difference ? "ws, as declared" : "ws", difference?.ws ?? one.expect, await observe(reference.address, one));
  verdict(one.title, faults);
}

const waiting = cases.filter((one) => !flags.only || one.title.includes(flags.only));
await Promise.all(Array.from({ length: AT_ONCE }, async () => { for (let one; (one = waiting.shift()); ) await run(one); }));
const stale = Object.keys(differences).filter((title) => !titles.has(title));
if (stale.length) verdict("differences.mjs", stale.map((title) => `no such case: ${title}`));
reference.stop();
console.log(`${titles.size} cases; in ${Object.keys(differences).length} of them ws differs, as declared`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
