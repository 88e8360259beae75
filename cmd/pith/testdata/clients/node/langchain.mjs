// LangChain JS over both vendors.
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { z } from 'zod';
import { anthropicBase, key, openaiBase, report, run, scripts, vector } from './lib.mjs';

const headers = (s) => (s ? { 'X-Fake-Script': s } : {});
const openai = (s, more = {}) => new ChatOpenAI({ model: 'gpt-5-mini', apiKey: key, maxRetries: 1, ...more,
  configuration: { baseURL: openaiBase, defaultHeaders: headers(s) } });
const anthropic = (s) => new ChatAnthropic({ model: 'claude-sonnet-5-5', apiKey: key, maxTokens: 64, maxRetries: 1,
  anthropicApiUrl: anthropicBase, clientOptions: { defaultHeaders: headers(s) } });
const responses = (s) => openai(s, { useResponsesApi: true });

const City = z.object({ city: z.string(), unit: z.enum(['C', 'F']) });
const weather = tool(() => report, { name: 'weather', description: 'The weather', schema: City });

const plain = (m) => ({ content: m.content, calls: m.tool_calls, usage: m.usage_metadata, id: m.id, finish: m.response_metadata?.finish_reason });

async function collect(model, limit = Infinity) {
  const stop = new AbortController();
  const out = { text: '', chunks: 0, usage: null };
  for await (const c of await model.stream('Hello there', { signal: stop.signal })) {
    if (out.chunks >= limit) continue;
    out.chunks++;
    out.text += c.text ?? '';
    out.usage = c.usage_metadata ?? out.usage;
    if (out.chunks >= limit) stop.abort();
  }
  return out;
}

async function roundTrip(model) {
  const bound = model.bindTools([weather]);
  const messages = [new HumanMessage('Please use the tool')];
  const first = await bound.invoke(messages);
  messages.push(first, new ToolMessage({ tool_call_id: first.tool_calls[0].id, content: report }));
  return [plain(first), plain(await bound.invoke(messages))];
}

const cases = {};
for (const [api, model] of Object.entries({ openai, responses, anthropic })) {
  Object.assign(cases, {
    [`${api}_chat`]: async () => plain(await model().invoke('Hello there')),
    [`${api}_stream`]: () => collect(model()),
    [`${api}_tools`]: () => roundTrip(model()),
    [`${api}_structured`]: () => model().withStructuredOutput(City, { name: 'city' }).invoke('Hello'),
    [`${api}_error_400`]: () => model(scripts.bad).invoke('Hello'),
    [`${api}_error_401`]: () => model(scripts.unauthorized).invoke('Hello'),
    [`${api}_cancel`]: () => collect(model(scripts.slow), 3),
  });
}
cases.openai_error_429 = () => openai(scripts.busy, { maxRetries: 0 }).invoke('Hello');
cases.embeddings = async () => {
  const e = new OpenAIEmbeddings({ model: 'text-embedding-3-small', apiKey: key, dimensions: 8, configuration: { baseURL: openaiBase } });
  return [vector(await e.embedQuery('a')), (await e.embedDocuments(['a', report])).map(vector)];
};

await run('langchain', cases);
