// openai-node; CLIENT=openai-7 for the newer major.
import { z } from 'zod';
import { key, oddText, openaiBase, report, run, script, scripts, sha256, vector, weatherSchema } from './lib.mjs';

const name = process.env.CLIENT ?? 'openai';
const { default: OpenAI, toFile } = await import(name);
const { zodResponseFormat, zodTextFormat } = await import(`${name}/helpers/zod`);

const client = new OpenAI({ apiKey: key, baseURL: openaiBase, organization: 'org-a', project: 'proj-b' });
const model = 'gpt-5-mini';
const user = (content) => [{ role: 'user', content }];
const hello = { model, messages: user('Hello there') };
const City = z.object({ city: z.string(), unit: z.enum(['C', 'F']) });
const tools = [{ type: 'function', function: { name: 'weather', description: 'The weather', parameters: weatherSchema } }];
const flatTools = [{ type: 'function', name: 'weather', parameters: weatherSchema, strict: true }];

const plain = (r) => ({
  id: r.id, text: r.choices[0].message.content, calls: r.choices[0].message.tool_calls?.map((c) => c.function),
  finish: r.choices[0].finish_reason, usage: r.usage, request: r._request_id,
});

/** Reads a stream of chat chunks or of Responses events. */
async function collect(stream, limit = Infinity) {
  const out = { text: '', calls: '', events: 0, kinds: [], usage: null, finish: null };
  for await (const e of stream) {
    if (out.events >= limit) continue; // had come before the stream was aborted
    out.events++;
    out.text += e.choices?.[0]?.delta?.content ?? (e.type === 'response.output_text.delta' ? e.delta : '');
    out.calls += e.choices?.[0]?.delta?.tool_calls?.[0]?.function?.arguments ?? (e.type?.endsWith('arguments.delta') ? e.delta : '');
    out.finish = e.choices?.[0]?.finish_reason ?? out.finish;
    out.usage = e.usage ?? e.response?.usage ?? out.usage;
    if (e.type && !out.kinds.includes(e.type)) out.kinds.push(e.type);
    if (out.events >= limit) stream.controller.abort();
  }
  return out;
}

const chat = async (s, body = hello) => plain(await client.chat.completions.create(body, s && script(s)));
const chatStream = async (s, more = {}, limit) =>
  collect(await client.chat.completions.create({ ...hello, stream: true, ...more }, s && script(s)), limit);

const cases = {
  chat: () => chat(),
  chat_raw_response: async () => {
    const { data, response } = await client.chat.completions.create(hello).withResponse();
    const headers = Object.fromEntries([...response.headers].filter(([k]) => /^(x-ratelimit|openai-|x-request|content-type)/.test(k)));
    return { ...plain(data), status: response.status, headers };
  },
  stream: () => chatStream(),
  stream_usage: () => chatStream(null, { stream_options: { include_usage: true } }),
  stream_accumulated: async () => plain(await client.chat.completions.stream(hello).finalChatCompletion()),
  tools: async () => {
    const messages = user('Please use the tool for Paris');
    const first = await client.chat.completions.create({ model, messages, tools });
    messages.push(first.choices[0].message,
      { role: 'tool', tool_call_id: first.choices[0].message.tool_calls[0].id, content: report },
      { role: 'tool', tool_call_id: 'call_other', content: '' });
    return [plain(first), plain(await client.chat.completions.create({ model, messages, tools, tool_choice: 'auto' }))];
  },
  tools_stream: () => chatStream(null, { tools, tool_choice: 'required' }),
  structured: async () => (await client.chat.completions.parse({ ...hello, response_format: zodResponseFormat(City, 'city') })).choices[0].message.parsed,
  responses: async () => {
    const r = await client.responses.create({ model, input: report, instructions: 'Be brief.', store: false });
    return { id: r.id, text: r.output_text, usage: r.usage, request: r._request_id };
  },
  responses_stream: async () => collect(await client.responses.create({ model, input: user('Hello'), stream: true })),
  responses_tools: async () => {
    const first = await client.responses.create({ model, input: 'Use the tool', tools: flatTools });
    const call = first.output[0];
    const input = [...user('Use the tool'), call, { type: 'function_call_output', call_id: call.call_id, output: report }];
    return [call, (await client.responses.create({ model, input, tools: flatTools })).output_text];
  },
  responses_structured: async () => (await client.responses.parse({ model, input: 'Hi', text: { format: zodTextFormat(City, 'city') } })).output_parsed,
  completions: async () => (await client.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'Once', suffix: '.', echo: false, max_tokens: 8 })).choices,
  embeddings: async () => {
    const r = await client.embeddings.create({ model: 'text-embedding-3-small', input: ['a', report], dimensions: 8 });
    return { vectors: r.data.map((d) => vector(d.embedding)), usage: r.usage };
  },
  embeddings_float: async () => vector((await client.embeddings.create({ model: 'm', input: 'a', encoding_format: 'float' })).data[0].embedding),
  models: async () => {
    const list = [];
    for await (const m of client.models.list()) list.push(m.id);
    return [list, (await client.models.retrieve('ft:gpt-5:org/a b')).id];
  },
  file: async () => {
    const f = await client.files.create({ file: await toFile(Buffer.from(report), 'naïve "name".txt'), purpose: 'user_data' });
    return { id: f.id, bytes: f.bytes, purpose: f.purpose };
  },
  moderation: async () => (await client.moderations.create({ input: report })).results[0].flagged,
  speech: async () => sha256(Buffer.from(await (await client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hi' })).arrayBuffer())),
  image: async () => (await client.images.generate({ model: 'gpt-image-1', prompt: 'A cat' })).data[0].b64_json.length,
  batch: async () => (await client.batches.create({ input_file_id: 'file-1', endpoint: '/v1/chat/completions', completion_window: '24h' })).status,
  unusual: () => chat('header=X-Odd: yes', {
    ...hello, messages: [{ role: 'developer', content: '' }, ...user(oddText), { role: 'assistant', content: 'Prefill ' }], temperature: 0, top_p: 1.0, n: 1, seed: 9007199254740991,
    stop: 'END', logit_bias: { 50256: -100 }, metadata: {}, store: false, prompt_cache_key: 'k', safety_identifier: 'u', user: '', tools: [],
    stream: false, unknown_field: { b: null, a: [1e21, -0, 1.5e-9] }, prediction: { type: 'content', content: report },
  }),
  unusual_query_and_headers: async () => client.get('/models?a=1;b=2&c=%zz&d=%2F&e', {
    headers: { 'X-Empty': '', 'OpenAI-Beta': 'responses=experimental', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'Idempotency-Key': 'mine' } }),
  error_400: () => chat(scripts.bad),
  error_401: () => chat(scripts.unauthorized),
  error_404: () => client.get('/no/such/thing'),
  error_429_twice: () => chat(scripts.twiceBusy),
  error_429: () => chat(scripts.busy),
  error_500: () => chat(scripts.broken),
  error_no_retry: () => chat(scripts.noRetry),
  error_in_stream: () => chatStream(scripts.bad),
  stream_one_byte: () => chatStream(scripts.oneByte),
  stream_comments: () => chatStream(scripts.comments),
  stream_gzip: () => chatStream(scripts.gzip),
  gzip: () => chat(scripts.gzip),
  brotli: () => chat(scripts.brotli),
  stream_cut_off: () => chatStream(scripts.cutOff),
  body_cut_off: () => chat(scripts.bodyCutOff),
  stream_reset: () => chatStream(scripts.reset),
  cancel: () => chatStream(scripts.slow, {}, 3),
  cancel_before_answer: async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    return client.chat.completions.create(hello, { ...script('delay=1h'), signal: stop.signal });
  },
};

await run(name, cases);
