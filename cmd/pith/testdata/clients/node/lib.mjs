// What the client scripts share. Each prints one line of JSON per case:
//
//	{"client":"openai","case":"chat","ok":true,"result":{…}}
//
// A result is what a program that uses the client gets to see, without anything
// that differs between two equal runs.
import { createHash } from 'node:crypto';

export const openaiBase = process.env.OPENAI_BASE_URL;
export const anthropicBase = process.env.ANTHROPIC_BASE_URL;
export const key = 'sk-test-0000';

if (!openaiBase || !anthropicBase) throw new Error('set OPENAI_BASE_URL (…/v1) and ANTHROPIC_BASE_URL');
process.env.OPENAI_API_KEY = process.env.ANTHROPIC_API_KEY = key;
process.env.LANGSMITH_TRACING = process.env.LANGCHAIN_TRACING_V2 = 'false';

/** Runs cases, an object of async functions, one after the other. With names on
 * the command line, only those. */
export async function run(client, cases) {
  const only = process.argv.slice(2);
  for (const [name, f] of Object.entries(cases)) {
    if (only.length && !only.includes(name)) continue;
    let line = { client, case: name, ok: true };
    try {
      line.result = await within(20_000, f());
    } catch (e) {
      line = { client, case: name, ok: false, result: failure(e) };
    }
    console.log(JSON.stringify(line, (_, v) => (v === undefined ? null : v)));
  }
}

function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('the case took too long')), ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The parts of an exception that programs branch on. How a connection broke is
 * the system's to say and may differ; that it broke may not. */
export function failure(e) {
  const last = e.lastError ?? e; // Vercel's RetryError
  const out = {
    class: e.constructor?.name, inner: last === e ? null : last.constructor?.name,
    status: last.status ?? last.statusCode, code: last.code, type: last.type, param: last.param,
    error_code: last.errorCode ?? last.error_code, request_id: last.requestID ?? last.request_id ?? last.responseHeaders?.['x-request-id'],
    attempts: e.errors?.length, message: e.message,
  };
  if (out.status === undefined && (e.cause || /terminated|socket|ECONN|network/i.test(e.message))) {
    out.code = null;
    out.message = 'broken connection';
  }
  return out;
}

/** Fields that tell the fake upstream how to answer. */
export const script = (s, more = {}) => ({ headers: { 'X-Fake-Script': s, ...more } });

export const scripts = {
  bad: 'status=400;code=context_length_exceeded',
  unauthorized: 'status=401',
  twiceBusy: 'status=429;times=2;retry-after-ms=1',
  busy: 'status=429;retry-after-ms=1',
  broken: 'status=500;retry-after-ms=1',
  overloaded: 'status=529;retry-after-ms=1',
  noRetry: 'status=503;should-retry=false;retry-after-ms=1',
  slow: 'drip=40ms',
  oneByte: 'cut=1;unicode',
  comments: 'comments=2',
  gzip: 'encoding=gzip',
  brotli: 'encoding=br',
  cutOff: 'abort=4',
  bodyCutOff: 'cut=100;abort=2;retry-after-ms=1',
  reset: 'reset=4',
};

export const sha256 = (data) => createHash('sha256').update(data).digest('hex');

/** A prompt with all that a JSON encoder may stumble over. */
export const oddText = 'naïve "quotes" \\ / \u2028\u2029 日本語 🙂 \u0000\u001f <b>&amp;</b> \u00e9\r\n\ttab';

/** Text that a compressor would like. */
const sentences = [
  'The town lies on the river and grew around its market, which was first held many centuries ago.',
  'Over the years the market moved several times, and the cattle market became one of the largest in the county.',
  'The works opened with the railway and employed a large part of the town for most of the following century.',
  'Housing for the workers was built to the south of the line, in streets that were named after the directors.',
  'Most of those houses still stand, although the works themselves closed and stood empty for many years.',
  'The library was paid for by a local brewer on the condition that it should stay open on Sundays.',
  'The council kept to the condition for a long time, until it was dropped without much discussion.',
  'In recent years the town has grown quickly because trains to the capital take less than an hour.',
];
export const report = Array.from({ length: 24 }, (_, i) => `${sentences[i % 8]} That was in year ${1900 + i}.`).join(' ');

/** The first numbers of a vector, and its length. */
export const vector = (v) => ({ length: v.length, first: v.slice(0, 3).map((x) => Number(x.toFixed(6))) });

export const weatherSchema = {
  type: 'object', additionalProperties: false, required: ['city', 'unit'],
  properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['C', 'F'] } },
};
