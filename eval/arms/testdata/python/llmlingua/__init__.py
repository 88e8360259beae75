"""Stands in for the package in tests. It keeps the first words, and does what the first
word of a text or the model's name says."""

import math
import os
import socket
import types

__version__ = "fake"
print("printed while the package is imported")


class PromptCompressor:
    def __init__(self, model_name, device_map="cuda", use_llmlingua2=False):
        print("printed while the model is opened")
        os.write(1, b"written past sys.stdout\n")
        if model_name == "unreadable":
            raise OSError("unreadable is not a model\nand this is more of it")
        if model_name == "missing":
            import no_such_package_as_this  # noqa: F401
        if model_name == "dies":
            os.write(2, b"first line\nno room for the model\n\n")
            os._exit(9)
        self.device = device_map
        if model_name == "owner/pinned":
            self.model = types.SimpleNamespace(config=types.SimpleNamespace(_commit_hash="0123abcd"))
        self.asked = 0

    def compress_prompt_llmlingua2(self, context, rate):
        return self.keep("2", context, rate)

    def compress_prompt(self, context, rate, question="", rank_method="llmlingua", condition_in_question="none",
                        condition_compare=False, concate_question=True):
        assert bool(question) == (rank_method == "longllmlingua") == condition_compare != concate_question
        return self.keep(f"1 {question}".strip(), context, rate)

    def keep(self, how, context, rate):
        self.asked += 1
        [text] = context
        words = text.split()
        print(text)
        os.write(1, text.encode() + b"\n")
        if words[0] == "DIE":
            import sys
            os.write(2, b"something\nout of memory\n")
            print(text, file=sys.stderr)
            os._exit(3)
        if words[0] == "RAISE":
            raise ValueError(text)
        if words[0] == "HANG":
            host, port = words[1].rsplit(":", 1)
            socket.create_connection((host, int(port))).recv(1)
        if words[0] == "SETTINGS":
            return {"compressed_prompt": f"{how} {self.device} {rate:.4f}"}
        if words[0] == "TWICE":  # too much, but in proportion
            rate = min(1, 2 * rate)
        if words[0] == "ALWAYS":
            return {"compressed_prompt": text}
        if words[0] == "ASKED":
            return {"compressed_prompt": f"{self.asked}"}
        return {"compressed_prompt": " ".join(words[:math.ceil(rate * len(words))])}
