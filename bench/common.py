"""What the recipes share: a pith to measure, texts, the machine, tables."""

import http.client
import json
import os
import socket
import statistics
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
BIN = os.environ.get("PITH_BIN") or os.path.join(ROOT, "bin", "pith")
TOOLS = os.environ["PITH_BENCH_TOOLS"]  # run.sh builds them
RATE = 0.33
ISA = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm")


def tool(name, *args, text=None):
    """Runs one of the Go programs of this folder."""
    out = subprocess.run([os.path.join(TOOLS, name), *map(str, args)], cwd=ROOT, check=True,
                         stdout=subprocess.PIPE, input=text, text=True)
    return out.stdout


def corpus(tokens):
    return tool("corpus", "-tokens", tokens).strip()


def cpu():
    """The processor's name and the instructions that matter here."""
    try:
        with open("/proc/cpuinfo") as f:
            info = dict(line.split(":", 1) for line in f.read().split("\n\n")[0].splitlines() if ":" in line)
        info = {k.strip(): v.strip() for k, v in info.items()}
        flags = (info.get("flags") or info.get("Features", "")).split()
        return " ".join([info.get("model name", "?"), *(i for i in ISA if i in flags)])
    except OSError:
        return "?"


def machine():
    return f"{cpu()}, {CORES} cores, load average {' '.join(f'{x:.2f}' for x in os.getloadavg())}"


def free_ports(n):
    held = [socket.socket() for _ in range(n)]
    for s in held:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


class Pith:
    """A server of its own; settings are environment variables."""

    def __init__(self, **settings):
        self.port, admin = free_ports(2)
        env = {k: v for k, v in os.environ.items() if not k.startswith("PITH_") or k == "PITH_ORT_LIBRARY"}
        self.process = subprocess.Popen(
            [BIN, "serve", "--listen", f"127.0.0.1:{self.port}", "--admin-listen", f"127.0.0.1:{admin}",
             "--log-level", "warn"], env={**env, **settings})
        try:
            self.wait()
        except BaseException:
            self.process.kill()
            raise

    def wait(self):
        for _ in range(600):
            try:
                if self.ask("GET", "/readyz")[0] == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                raise SystemExit("the server ended before it was ready")
            time.sleep(0.1)
        raise SystemExit("the server did not become ready within a minute")

    def ask(self, method, path, body=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        try:
            c.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            r = c.getresponse()
            return r.status, r.read()
        finally:
            c.close()

    def compress(self, body):
        """Sends a request, and returns its seconds and its answer."""
        began = time.perf_counter()
        status, data = self.ask("POST", "/v1/compress", body)
        took = time.perf_counter() - began
        answer = json.loads(data)
        if status != 200 or answer["results"][0]["status"] != "compressed":
            raise SystemExit(f"the answer was {status}: {answer.get('warnings') or answer.get('error')}")
        return took, answer

    def cpu(self):
        """Seconds of processor time used so far; None where that is not known."""
        try:
            with open(f"/proc/{self.process.pid}/stat") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()


def body(texts, **more):
    """A request for one text, or for a list of contexts."""
    what = "input" if isinstance(texts, str) else "contexts"
    return json.dumps({what: texts, "rate": RATE, "on_error": "fail", **more}).encode()


def passages(text, tokens, size):
    """The text of about so many tokens, in passages of about size tokens each."""
    words = text.split()
    step = max(1, len(words) * size // tokens)
    return [" ".join(words[i:i + step]) for i in range(0, len(words), step)]


def row(*cells):
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def header(*names):
    row(*names)
    print("|" + " --- |" * len(names), flush=True)


def median(values):
    return statistics.median(values)
