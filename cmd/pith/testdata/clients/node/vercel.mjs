// Vercel's AI SDK with its three providers; openai(id) goes to /responses.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embed, generateText, Output, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { anthropicBase, key, openaiBase, report, run, script, scripts, vector } from './lib.mjs';

globalThis.AI_SDK_LOG_WARNINGS = false;
const openai = createOpenAI({ apiKey: key, baseURL: openaiBase });
const compatible = createOpenAICompatible({ name: 'pith', apiKey: key, baseURL: openaiBase, includeUsage: true, supportsStructuredOutputs: true });
const anthropic = createAnthropic({ apiKey: key, baseURL: `${anthropicBase}/v1` }); // unlike the vendor's own SDK

const models = {
  responses: openai('gpt-5-mini'),
  chat: openai.chat('gpt-5-mini'),
  compatible: compatible('some/model'),
  anthropic: anthropic('claude-sonnet-5-5'),
};
const City = z.object({ city: z.string(), unit: z.enum(['C', 'F']) });
const tools = { weather: tool({ description: 'The weather', inputSchema: City, execute: async () => ({ report }) }) };

const usage = (u) => ({ input: u.inputTokens, output: u.outputTokens, total: u.totalTokens });
const plain = (r) => ({ text: r.text, finish: r.finishReason, usage: usage(r.usage), id: r.response.id,
  steps: r.steps.length, calls: r.steps.flatMap((s) => s.toolCalls.map((c) => [c.toolName, c.input])) });

async function collect(model, s, limit = Infinity) {
  const stop = new AbortController();
  const r = streamText({ model, prompt: 'Hello there', ...(s && script(s)), abortSignal: stop.signal, onError: () => {} });
  const out = { text: '', parts: 0, kinds: [], error: null };
  for await (const part of r.fullStream) {
    if (!out.kinds.includes(part.type)) out.kinds.push(part.type);
    if (part.type === 'error') out.error = part.error.constructor.name;
    if (part.type !== 'text-delta' || out.parts >= limit) continue;
    out.parts++;
    out.text += part.text;
    if (out.parts >= limit) stop.abort();
  }
  return out;
}

const generate = async (model, s) => plain(await generateText({ model, prompt: 'Hello there', ...(s && script(s)) }));

const cases = {};
for (const [api, model] of Object.entries(models)) {
  Object.assign(cases, {
    [`${api}_chat`]: () => generate(model),
    [`${api}_stream`]: () => collect(model),
    [`${api}_tools`]: async () => plain(await generateText({ model, prompt: 'Please use the tool', tools, stopWhen: stepCountIs(3) })),
    [`${api}_structured`]: async () => (await generateText({ model, prompt: 'Hello', output: Output.object({ schema: City }) })).output,
    [`${api}_error_400`]: () => generate(model, scripts.bad),
    [`${api}_error_429_twice`]: () => generate(model, scripts.twiceBusy),
    [`${api}_error_500`]: () => generate(model, scripts.broken),
    [`${api}_cut_off`]: () => collect(model, scripts.cutOff),
    [`${api}_body_cut_off`]: () => generate(model, scripts.bodyCutOff),
    [`${api}_one_byte`]: () => collect(model, scripts.oneByte),
    [`${api}_cancel`]: () => collect(model, scripts.slow, 3),
  });
}
cases.error_no_retry = () => generate(models.chat, scripts.noRetry); // the header is not obeyed
cases.embed = async () => vector((await embed({ model: openai.embedding('text-embedding-3-small'), value: 'a' })).embedding);
cases.unusual = async () => plain(await generateText({ model: models.responses, system: 'Be brief.', messages: [
  { role: 'user', content: [{ type: 'text', text: report }, { type: 'image', image: new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]), mediaType: 'image/png' }] },
], temperature: 0, providerOptions: { openai: { store: false, promptCacheKey: 'k', reasoningEffort: 'low' } } }));

await run('vercel', cases);
