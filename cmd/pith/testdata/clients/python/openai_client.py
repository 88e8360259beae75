"""openai-python: the synchronous client, then the asynchronous one."""

import hashlib
from typing import Literal

import openai
from pydantic import BaseModel

from lib import (BAD, BODY_CUT_OFF, BROKEN, BUSY, COMMENTS, CUT_OFF, GZIP, NO_RETRY, ODD_TEXT, ONE_BYTE, REPORT, RESET, SLOW, TWICE_BUSY,
                 UNAUTHORIZED, WEATHER, key, openai_base, run, script, vector)

MODEL = "gpt-5-mini"
HELLO = {"model": MODEL, "messages": [{"role": "user", "content": "Hello there"}]}
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]

client = openai.OpenAI(api_key=key, base_url=openai_base)
aclient = openai.AsyncOpenAI(api_key=key, base_url=openai_base)


class City(BaseModel):
    city: str
    unit: Literal["C", "F"]


def plain(r):
    m = r.choices[0].message
    return {"id": r.id, "text": m.content, "calls": [c.function for c in m.tool_calls or []],
            "finish": r.choices[0].finish_reason, "usage": r.usage, "request": getattr(r, "_request_id", None)}


class Collected:
    """What came of a stream, chat chunks or events of the Responses API."""

    def __init__(self):
        self.out = {"text": "", "events": 0, "kinds": [], "usage": None}

    def add(self, e):
        out, choices = self.out, getattr(e, "choices", None) or []
        out["events"] += 1
        if choices and choices[0].delta.content:
            out["text"] += choices[0].delta.content
        if getattr(e, "type", None) == "response.output_text.delta":
            out["text"] += e.delta
        out["usage"] = getattr(e, "usage", None) or out["usage"]
        kind = getattr(e, "type", None)
        if kind and kind not in out["kinds"]:
            out["kinds"].append(kind)
        return out["events"]


def chat(s=None, **more):
    return plain(client.chat.completions.create(**{**HELLO, **more}, **script(s)))


def collect(stream, limit=1000):
    got = Collected()
    with stream:
        for e in stream:
            if got.add(e) >= limit:
                break
    return got.out


def chat_stream(s=None, limit=1000, **more):
    return collect(client.chat.completions.create(**HELLO, stream=True, **more, **script(s)), limit)


def raw_response():
    r = client.chat.completions.with_raw_response.create(**HELLO)
    return {"status": r.status_code, "headers": {k: v for k, v in r.headers.items() if k.startswith(("x-", "openai-"))}, **plain(r.parse())}


def stream_accumulated():
    with client.chat.completions.stream(**HELLO) as stream:
        return plain(stream.get_final_completion())


def tools():
    messages = [{"role": "user", "content": "Please use the tool for Paris"}]
    first = client.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS)
    messages += [first.choices[0].message,
                 {"role": "tool", "tool_call_id": first.choices[0].message.tool_calls[0].id, "content": REPORT}]
    return [plain(first), plain(client.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS))]


def responses():
    r = client.responses.create(model=MODEL, input=REPORT, instructions="Be brief.")
    return {"id": r.id, "text": r.output_text, "usage": r.usage, "request": r._request_id}


def embeddings():
    r = client.embeddings.create(model="text-embedding-3-small", input=["a", REPORT], dimensions=8)
    return {"vectors": [vector(d.embedding) for d in r.data], "usage": r.usage}


def file():
    f = client.files.create(file=("naïve.txt", REPORT.encode()), purpose="user_data")
    return {"id": f.id, "bytes": f.bytes, "purpose": f.purpose, "name": f.filename}


def unusual():
    return chat(
        "header=X-Odd: yes", temperature=0, top_p=1.0, seed=2**53 + 1, stop="END", logit_bias={"50256": -100}, store=False, user="", tools=[],
        messages=[{"role": "developer", "content": ""}, {"role": "user", "content": ODD_TEXT}, {"role": "assistant", "content": "Prefill "}],
        extra_body={"unknown_field": {"b": None, "a": [1e21, -0.0, 1.50, 2**70]}, "prompt_cache_key": "k"})


async def async_chat(s=None):
    return plain(await aclient.chat.completions.create(**HELLO, **script(s)))


async def async_stream(s=None, limit=1000, stream=None):
    got = Collected()
    stream = stream or await aclient.chat.completions.create(**HELLO, stream=True, **script(s))
    async with stream:
        async for e in stream:
            if got.add(e) >= limit:
                break
    return got.out


async def async_responses():
    return await async_stream(stream=await aclient.responses.create(model=MODEL, input="Hello", stream=True))


run("openai-python", {
    "chat": chat,
    "chat_raw_response": raw_response,
    "stream": chat_stream,
    "stream_usage": lambda: chat_stream(stream_options={"include_usage": True}),
    "stream_accumulated": stream_accumulated,
    "tools": tools,
    "structured": lambda: client.chat.completions.parse(**HELLO, response_format=City).choices[0].message.parsed,
    "responses": responses,
    "responses_stream": lambda: collect(client.responses.create(model=MODEL, input=[{"role": "user", "content": "Hi"}], stream=True)),
    "responses_structured": lambda: client.responses.parse(model=MODEL, input="Hi", text_format=City).output_parsed,
    "completions": lambda: client.completions.create(model="m", prompt="Once", suffix=".", max_tokens=8).choices[0].text,
    "embeddings": embeddings,
    "models": lambda: [[m.id for m in client.models.list()], client.models.retrieve("ft:gpt-5:org/a b").id],
    "file": file,
    "moderation": lambda: client.moderations.create(input=REPORT).results[0].flagged,
    "speech": lambda: hashlib.sha256(client.audio.speech.create(model="tts-1", voice="alloy", input="Hi").content).hexdigest(),
    "unusual": unusual,
    "query": lambda: [m.id for m in client.models.list(extra_query={"a": "1;2", "b": ["x y", "%"]})],
    "error_400": lambda: chat(BAD),
    "error_401": lambda: chat(UNAUTHORIZED),
    "error_429_twice": lambda: chat(TWICE_BUSY),
    "error_429": lambda: chat(BUSY),
    "error_500": lambda: chat(BROKEN),
    "error_no_retry": lambda: chat(NO_RETRY),
    "stream_one_byte": lambda: chat_stream(ONE_BYTE),
    "stream_comments": lambda: chat_stream(COMMENTS),
    "stream_gzip": lambda: chat_stream(GZIP),
    "stream_cut_off": lambda: chat_stream(CUT_OFF),
    "body_cut_off": lambda: chat(BODY_CUT_OFF),
    "stream_reset": lambda: chat_stream(RESET),
    "cancel": lambda: chat_stream(SLOW, limit=3),
    "async_chat": async_chat,
    "async_stream": async_stream,
    "async_responses": async_responses,
    "async_error_500": lambda: async_chat(BROKEN),
    "async_cancel": lambda: async_stream(SLOW, limit=3),
})
