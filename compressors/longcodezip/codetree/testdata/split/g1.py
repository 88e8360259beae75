"""mod doc"""
import os

LIMIT = 3

@cache
def area(r):
    return 3 * r

class Box(Base):
    """A class that holds
    class notes and more.
    """
    side = 1

    @property
    def size(self):
        def inner(x):
            return x
        return inner(self.side)

    async def load(self):
        await go()

def tail(): pass

if __name__ == "__main__":
    tail()
