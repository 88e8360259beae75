"""The Anthropic SDK for Python: the synchronous client, then the asynchronous one."""

from typing import Literal

import anthropic
from pydantic import BaseModel

from lib import (BAD, BODY_CUT_OFF, BROKEN, BUSY, COMMENTS, CUT_OFF, GZIP, NO_RETRY, ODD_TEXT, ONE_BYTE, OVERLOADED, REPORT, RESET, SLOW, TWICE_BUSY,
                 UNAUTHORIZED, WEATHER, anthropic_base, key, run, script)

HELLO = {"model": "claude-sonnet-5-5", "max_tokens": 64, "messages": [{"role": "user", "content": "Hello there"}]}
TOOLS = [{"name": "weather", "input_schema": WEATHER, "cache_control": {"type": "ephemeral"}}]

client = anthropic.Anthropic(api_key=key, base_url=anthropic_base)
aclient = anthropic.AsyncAnthropic(api_key=key, base_url=anthropic_base)


class City(BaseModel):
    city: str
    unit: Literal["C", "F"]


def plain(m):
    return {"id": m.id, "content": m.content, "stop": m.stop_reason, "usage": m.usage, "request": m._request_id}


class Collected:
    def __init__(self):
        self.out = {"text": "", "events": 0, "kinds": [], "usage": None}

    def add(self, e):
        out = self.out
        out["events"] += 1
        out["text"] += getattr(getattr(e, "delta", None), "text", None) or ""
        out["usage"] = getattr(e, "usage", None) or out["usage"]
        if e.type not in out["kinds"]:
            out["kinds"].append(e.type)
        return out["events"]


def create(s=None, **more):
    return plain(client.messages.create(**{**HELLO, **more}, **script(s)))


def collect(s=None, limit=1000, **more):
    got = Collected()
    with client.messages.create(**HELLO, stream=True, **more, **script(s)) as stream:
        for e in stream:
            if got.add(e) >= limit:
                break
    return got.out


def raw_response():
    r = client.messages.with_raw_response.create(**HELLO)
    return {"headers": {k: v for k, v in r.headers.items() if k.startswith(("anthropic-", "request-id"))}, **plain(r.parse())}


def stream_accumulated():
    with client.messages.stream(**HELLO) as stream:
        texts = list(stream.text_stream)
        return {"texts": len(texts), "text": "".join(texts), "usage": stream.get_final_message().usage}


def tools():
    messages = [{"role": "user", "content": "Please use the tool for Paris"}]
    first = client.messages.create(**{**HELLO, "messages": messages}, tools=TOOLS)
    messages += [{"role": "assistant", "content": first.content},
                 {"role": "user", "content": [{"type": "tool_result", "tool_use_id": first.content[0].id, "content": REPORT}]}]
    return [plain(first), create(messages=messages, tools=TOOLS)]


def file():
    f = client.beta.files.upload(file=("report.txt", REPORT.encode(), "text/plain"))
    return {"id": f.id, "size": f.size_bytes, "name": f.filename}


def unusual():
    return create(
        "header=X-Odd: yes", stop_sequences=[], metadata={"user_id": ""},
        system=[{"type": "text", "text": ODD_TEXT}, {"type": "text", "text": REPORT, "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        messages=[{"role": "user", "content": [{"type": "text", "text": ""}]},
                  {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm.", "signature": "c2ln/+=="}, {"type": "text", "text": "Prefill "}]}],
        extra_body={"unknown_field": {"b": None, "a": [1e21, -0.0, 1.50, 2**70]}, "temperature": 0})


async def async_create(s=None):
    return plain(await aclient.messages.create(**HELLO, **script(s)))


async def async_collect(s=None, limit=1000):
    got = Collected()
    async with await aclient.messages.create(**HELLO, stream=True, **script(s)) as stream:
        async for e in stream:
            if got.add(e) >= limit:
                break
    return got.out


run("anthropic-python", {
    "chat": create,
    "chat_raw_response": raw_response,
    "stream": collect,
    "stream_accumulated": stream_accumulated,
    "tools": tools,
    "tools_stream": lambda: collect(tools=TOOLS, tool_choice={"type": "tool", "name": "weather"}),
    "structured": lambda: client.messages.parse(**HELLO, output_format=City).parsed_output,
    "count_tokens": lambda: client.messages.count_tokens(model=HELLO["model"], messages=HELLO["messages"], system=REPORT).input_tokens,
    "models": lambda: [[m.id for m in client.models.list(limit=2)], client.models.retrieve("claude-sonnet-5-5").display_name],
    "file": file,
    "batch": lambda: client.messages.batches.create(requests=[{"custom_id": "a", "params": HELLO}]).processing_status,
    "beta": lambda: client.beta.messages.create(**HELLO, betas=["context-1m-2025-08-07", "interleaved-thinking-2025-05-14"]).content,
    "unusual": unusual,
    "error_400": lambda: create(BAD),
    "error_401": lambda: create(UNAUTHORIZED),
    "error_429_twice": lambda: create(TWICE_BUSY),
    "error_429": lambda: create(BUSY),
    "error_500": lambda: create(BROKEN),
    "error_529": lambda: create(OVERLOADED),
    "error_no_retry": lambda: create(NO_RETRY),
    "stream_one_byte": lambda: collect(ONE_BYTE),
    "stream_comments": lambda: collect(COMMENTS),
    "stream_gzip": lambda: collect(GZIP),
    "stream_cut_off": lambda: collect(CUT_OFF),
    "body_cut_off": lambda: create(BODY_CUT_OFF),
    "stream_reset": lambda: collect(RESET),
    "cancel": lambda: collect(SLOW, limit=3),
    "async_chat": async_create,
    "async_stream": async_collect,
    "async_error_529": lambda: async_create(OVERLOADED),
    "async_cancel": lambda: async_collect(SLOW, limit=3),
})
