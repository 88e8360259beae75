// LlamaIndex TS. It is no longer maintained, and still in use.
import { OpenAI, OpenAIEmbedding } from '@llamaindex/openai';
import { key, openaiBase, report, run, scripts, vector } from './lib.mjs';

const llm = (s) => new OpenAI({ model: 'gpt-4o-mini', apiKey: key, baseURL: openaiBase, maxRetries: 1, temperature: 0,
  additionalSessionOptions: { baseURL: openaiBase, defaultHeaders: s ? { 'X-Fake-Script': s } : {} } });
const messages = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: report }];
const text = (m) => (typeof m === 'string' ? m : m.map((p) => p.text).join(''));

const cases = {
  chat: async () => text((await llm().chat({ messages })).message.content),
  stream: async () => {
    const out = { text: '', chunks: 0 };
    for await (const c of await llm().chat({ messages, stream: true })) {
      out.chunks++;
      out.text += c.delta;
    }
    return out;
  },
  complete: async () => (await llm().complete({ prompt: 'Hello' })).text,
  embeddings: async () => vector(await new OpenAIEmbedding({ apiKey: key, baseURL: openaiBase,
    additionalSessionOptions: { baseURL: openaiBase } }).getTextEmbedding('a')),
  error_400: () => llm(scripts.bad).chat({ messages }),
  error_500: () => llm(scripts.broken).chat({ messages }),
};

await run('llamaindex', cases);
