#!/usr/bin/env python3
# Licence
"""A sample.

It has a bit of everything.
"""

from __future__ import annotations

import os
from typing import (
    Any,
    List,
)

try:
    import json5 as json
except ImportError:
    import json

__all__ = ["Table", "rows"]
NAMES = {
    "a": 1,
    "b": 2,
    "c": 3,
    "d": 4,
    "e": 5,
    "f": 6,
    "g": 7,
    "h": 8,
    "i": 9,
    "j": 10,
    "k": 11,
}


# rows of a table

@decorated(
    with_arguments=True,
)
@twice
async def rows(
    path: str,
    *,
    limit: int = 3,  # at most
) -> List[Any]:
    # before the documentation
    """Reads rows."""
    out = []

    # opens
    async with aopen(path) as f:
        async for line in f:
            if not line:
                continue
            elif len(out) >= limit:
                break
            # more
            else:
                out.append(line)
        else:
            return None
    # what is left
    match out:
        case []:
            return None
        case [first, *rest] if first:
            log(first)
            log(rest)
        case _:
            pass

    def inner(x):
        return x; print("never")

    for x in [
        1,
        2,
        3,
    ]:
        inner(x)
        inner(x)
        inner(x)
        inner(x)
        inner(x)
        inner(x)
        inner(x)
        inner(x)
    return out
    # end of rows


class Table(dict, metaclass=abc.ABCMeta):
    '''Has rows.'''

    __slots__ = ("a", "b")
    limit: int = 3

    # what it is made of
    def __init__(self): self.a = 1

    if os.name == "nt":
        def path(self):
            return "\\"
    else:
        def path(self):
            return "/"

    class Meta:
        a = 1

        @property
        def b(self):
            """Only documentation."""

        @b.setter
        def b(self, value):
            try:
                self.c = value
            except (ValueError,
                    TypeError) as e:
                raise e from None
            finally:
                del value

    _private = lambda self: None


if __name__ == "__main__":
    with open("x") as f: print(f)
    table = Table()
    print(table)
