// The Anthropic SDK; CLIENT=@anthropic-ai/sdk-0 for the 0.x line.
import { z } from 'zod';
import { anthropicBase, key, oddText, report, run, script, scripts, weatherSchema } from './lib.mjs';

const name = process.env.CLIENT ?? '@anthropic-ai/sdk';
const { default: Anthropic, toFile } = await import(name);
const { zodOutputFormat } = await import(`${name}/helpers/zod`);

const client = new Anthropic({ apiKey: key, baseURL: anthropicBase });
const user = (content) => [{ role: 'user', content }];
const hello = { model: 'claude-sonnet-5-5', max_tokens: 64, messages: user('Hello there') };
const tools = [{ name: 'weather', description: 'The weather', input_schema: weatherSchema, cache_control: { type: 'ephemeral' } }];

const plain = (m) => ({ id: m.id, content: m.content, stop: m.stop_reason, usage: m.usage, request: m._request_id });
const create = async (s, body = hello) => plain(await client.messages.create(body, s && script(s)));

async function collect(s, more = {}, limit = Infinity) {
  const stream = await client.messages.create({ ...hello, stream: true, ...more }, s && script(s));
  const out = { text: '', json: '', events: 0, kinds: [], usage: null };
  for await (const e of stream) {
    if (out.events >= limit) continue; // had come before the stream was aborted
    out.events++;
    out.text += e.delta?.text ?? '';
    out.json += e.delta?.partial_json ?? '';
    out.usage = e.usage ?? out.usage;
    if (!out.kinds.includes(e.type)) out.kinds.push(e.type);
    if (out.events >= limit) stream.controller.abort();
  }
  return out;
}

const cases = {
  chat: () => create(),
  chat_raw_response: async () => {
    const { data, response, request_id } = await client.messages.create(hello).withResponse();
    const headers = Object.fromEntries([...response.headers].filter(([k]) => /^(anthropic-|request-id|content-type)/.test(k)));
    return { ...plain(data), request_id, headers };
  },
  stream: () => collect(),
  stream_accumulated: async () => {
    const texts = [];
    const stream = client.messages.stream(hello).on('text', (t) => texts.push(t));
    return { ...plain(await stream.finalMessage()), texts: texts.length, request: stream.request_id };
  },
  tools: async () => {
    const messages = user('Please use the tool for Paris');
    const first = await client.messages.create({ ...hello, messages, tools });
    const id = first.content[0].id;
    messages.push({ role: 'assistant', content: first.content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: [{ type: 'text', text: report, cache_control: { type: 'ephemeral' } }] }] });
    return [plain(first), await create(null, { ...hello, messages, tools })];
  },
  tools_stream: () => collect(null, { tools, tool_choice: { type: 'tool', name: 'weather' } }),
  structured: async () => (await client.messages.parse({ ...hello,
    output_config: { format: zodOutputFormat(z.object({ city: z.string(), days: z.number() })) } })).parsed_output, // 0.x sends no enums
  count_tokens: async () => client.messages.countTokens({ model: hello.model, messages: user(report), system: 'Be brief.' }),
  models: async () => {
    const list = [];
    for await (const m of client.models.list({ limit: 2 })) list.push(m.id);
    return [list, (await client.models.retrieve('claude-sonnet-5-5')).display_name];
  },
  file: async () => {
    const f = await client.beta.files.upload({ file: await toFile(Buffer.from(report), 'report.txt', { type: 'text/plain' }) });
    return { id: f.id, size: f.size_bytes, name: f.filename };
  },
  batch: async () => (await client.messages.batches.create({ requests: [{ custom_id: 'a', params: hello }] })).processing_status,
  beta: async () => (await client.beta.messages.create({ ...hello, betas: ['context-1m-2025-08-07', 'interleaved-thinking-2025-05-14'] })).content,
  unusual: () => create('header=X-Odd: yes', {
    ...hello, temperature: 0, stop_sequences: [], metadata: { user_id: '' }, top_k: 0, unknown_field: { b: null, a: [1e21, -0] },
    system: [{ type: 'text', text: oddText }, { type: 'text', text: report, cache_control: { type: 'ephemeral', ttl: '1h' } }],
    messages: [...user([{ type: 'text', text: '' }, { type: 'document', source: { type: 'text', media_type: 'text/plain', data: report }, citations: { enabled: true } }]),
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm.', signature: 'c2ln/+==' }, { type: 'text', text: 'Prefill ' }] }],
  }),
  error_400: () => create(scripts.bad),
  error_401: () => create(scripts.unauthorized),
  error_404: () => client.get('/v1/no/such/thing'),
  error_429_twice: () => create(scripts.twiceBusy),
  error_429: () => create(scripts.busy),
  error_500: () => create(scripts.broken),
  error_529: () => create(scripts.overloaded),
  error_no_retry: () => create(scripts.noRetry),
  stream_one_byte: () => collect(scripts.oneByte),
  stream_comments: () => collect(scripts.comments),
  stream_gzip: () => collect(scripts.gzip),
  stream_cut_off: () => collect(scripts.cutOff),
  body_cut_off: () => create(scripts.bodyCutOff),
  stream_reset: () => collect(scripts.reset),
  cancel: () => collect(scripts.slow, {}, 3),
};

await run(name, cases);
