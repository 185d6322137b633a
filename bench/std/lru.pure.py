# OrderedDict in Python: without the one in C, its module keeps its own.
import _collections

del _collections.OrderedDict
import sys

for name in [name for name in sys.modules if name == "collections"]:
    del sys.modules[name]
from collections import OrderedDict


class Lru:
    def __init__(self, capacity):
        self.capacity, self.entries = capacity, OrderedDict()

    def get(self, key):
        if key not in self.entries:
            return None
        self.entries.move_to_end(key)
        return self.entries[key]

    def insert(self, key, value):
        self.entries[key] = value
        self.entries.move_to_end(key)
        if len(self.entries) > self.capacity:
            self.entries.popitem(last=False)


def main():
    cache, seed, hits = Lru(1000), 42, 0
    for i in range(200000):
        seed = seed * 16807 % 2147483647
        key = seed % 1500
        if cache.get(key) is not None:
            hits += 1
        else:
            cache.insert(key, i)
    print(len(cache.entries), hits)


main()
