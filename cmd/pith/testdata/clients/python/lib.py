"""What the client scripts share. Each prints one line of JSON per case:

    {"client": "openai-python", "case": "chat", "ok": true, "result": {...}}

A result is what a program that uses the client gets to see, without anything
that differs between two equal runs.
"""

import asyncio
import inspect
import json
import os
import sys

openai_base = os.environ["OPENAI_BASE_URL"]
anthropic_base = os.environ["ANTHROPIC_BASE_URL"]
key = "sk-test-0000"
os.environ["OPENAI_API_KEY"] = os.environ["ANTHROPIC_API_KEY"] = key

BAD = "status=400;code=context_length_exceeded"
UNAUTHORIZED = "status=401"
TWICE_BUSY = "status=429;times=2;retry-after-ms=1"
BUSY = "status=429;retry-after-ms=1"
BROKEN = "status=500;retry-after-ms=1"
OVERLOADED = "status=529;retry-after-ms=1"
NO_RETRY = "status=503;should-retry=false"
SLOW = "drip=40ms"
ONE_BYTE = "cut=1;unicode"
COMMENTS = "comments=2"
GZIP = "encoding=gzip"
CUT_OFF = "abort=4"
BODY_CUT_OFF = "cut=100;abort=2;retry-after-ms=1"
RESET = "reset=4"

ODD_TEXT = "naïve \"quotes\" \\ / \u2028\u2029 日本語 🙂 \x00\x1f <b>&amp;</b> \u00e9\r\n\ttab"
SENTENCES = [
    "The town lies on the river and grew around its market, which was first held many centuries ago.",
    "Over the years the market moved several times, and the cattle market became one of the largest in the county.",
    "The works opened with the railway and employed a large part of the town for most of the following century.",
    "Housing for the workers was built to the south of the line, in streets that were named after the directors.",
    "Most of those houses still stand, although the works themselves closed and stood empty for many years.",
    "The library was paid for by a local brewer on the condition that it should stay open on Sundays.",
    "The council kept to the condition for a long time, until it was dropped without much discussion.",
    "In recent years the town has grown quickly because trains to the capital take less than an hour.",
]
REPORT = " ".join(f"{SENTENCES[i % 8]} That was in year {1900 + i}." for i in range(24))
WEATHER = {
    "type": "object",
    "additionalProperties": False,
    "required": ["city", "unit"],
    "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["C", "F"]}},
}


def script(s, **more):
    """Options of a call that tell the fake upstream how to answer."""
    return {"extra_headers": {"X-Fake-Script": s}, **more} if s else more


def run(client, cases):
    """Runs cases, functions or coroutine functions by name, one after the other.
    With names on the command line, only those."""
    asyncio.run(_run(client, cases))


async def _run(client, cases):
    only = sys.argv[1:]
    for name, case in cases.items():
        if only and name not in only:
            continue
        line = {"client": client, "case": name, "ok": True}
        try:
            result = case()
            line["result"] = await asyncio.wait_for(result, 20) if inspect.isawaitable(result) else result
        except Exception as e:
            line.update(ok=False, result=failure(e))
        print(json.dumps(line, ensure_ascii=False, default=lambda v: v.model_dump(mode="json")), flush=True)


def failure(e):
    """The parts of an exception that programs branch on. How a connection broke
    is the system's to say and may differ; that it broke may not."""
    out = {name: getattr(e, attr, None) for name, attr in [
        ("status", "status_code"), ("code", "code"), ("type", "type"), ("param", "param"),
        ("error_code", "error_code"), ("request_id", "request_id")]}
    out["class"] = type(e).__name__
    if out["class"] in ("ReadError", "RemoteProtocolError"):  # of the transport: a reset, and an end before the end
        out["class"] = "broken connection"
    out["message"] = str(e) if out["status"] else "no status"
    return out


def vector(v):
    return {"length": len(v), "first": [round(x, 6) for x in v[:3]]}
