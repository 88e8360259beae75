"""Lets another program compress with the Python package llmlingua.

Reads the settings from its one argument and then one request a line from standard input;
writes one answer a line to what was standard output when it began. Everything else that is
printed by then goes nowhere, and so does what is said while a request is under way: it may
hold text of a prompt.
"""

import json
import os
import sys
import traceback

protocol = os.fdopen(os.dup(1), "w", encoding="ascii")
nowhere = os.open(os.devnull, os.O_WRONLY)
os.dup2(nowhere, 1)
sys.stdout = open(os.devnull, "w", encoding="utf-8")
sys.stdin.reconfigure(encoding="utf-8")  # whatever the locale says


def answer(**fields):
    protocol.write(json.dumps(fields) + "\n")
    protocol.flush()


def place(e):
    """The kind of an exception and where it was raised, without its words."""
    frames = traceback.extract_tb(e.__traceback__)
    if not frames:
        return type(e).__name__
    last = frames[-1]
    return f"{type(e).__name__} in {last.name}, {os.path.basename(last.filename)}:{last.lineno}"


class Letters:
    """Stands in for the tokenizer of GPT-3.5, whose vocabulary the package downloads."""

    def encode(self, text, **_):
        return list(text)


def without_download():
    """LLMLingua-2 only reports by that tokenizer what we count ourselves."""
    import tiktoken

    ask = tiktoken.encoding_for_model

    def encoding_for_model(name):
        try:
            return ask(name)
        except Exception:  # whatever a library for HTTP may raise
            return Letters()

    tiktoken.encoding_for_model = encoding_for_model


def start(settings):
    import llmlingua

    if settings["llmlingua2"]:
        try:
            without_download()
        except ImportError:
            pass
    compressor = llmlingua.PromptCompressor(settings["model"], device_map=settings["device"],
                                            use_llmlingua2=settings["llmlingua2"])
    try:
        from importlib.metadata import version
        return compressor, version("llmlingua")
    except Exception:
        return compressor, getattr(llmlingua, "__version__", "")


def revision(compressor):
    """The commit of the hub's repository that the model is of, as far as transformers knows."""
    config = getattr(getattr(compressor, "model", None), "config", None)
    return str(getattr(config, "_commit_hash", None) or "")


def compress(compressor, settings, request):
    context, rate, question = [request["context"]], request["rate"], request["question"]
    if settings["llmlingua2"]:
        return compressor.compress_prompt_llmlingua2(context, rate=rate)
    if not question:
        return compressor.compress_prompt(context, rate=rate)
    return compressor.compress_prompt(context, question=question, rate=rate, rank_method="longllmlingua",
                                      condition_in_question="after_condition", condition_compare=True,
                                      concate_question=False)


def main():
    settings = json.loads(sys.argv[1])
    try:
        compressor, version = start(settings)
    except ModuleNotFoundError as e:
        return answer(missing=str(e.name))
    except Exception as e:  # a client that loads a model wants to know what it said
        return answer(error=f"{type(e).__name__}: {e}")
    answer(version=version, revision=revision(compressor))
    sys.stderr = sys.stdout
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer(id=request["id"], text=compress(compressor, settings, request)["compressed_prompt"])
        except Exception as e:
            answer(id=request["id"], error=place(e))


main()
