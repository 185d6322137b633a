import sys

sys.modules["_heapq"] = None
from heapq import heappop, heappush


def main():
    heap, seed, total = [], 42, 0
    for _ in range(100000):
        seed = seed * 16807 % 2147483647
        heappush(heap, seed)
    for i in range(100000):
        total = (total * 31 + heappop(heap)) % 1000003
        if i % 2 == 0:
            seed = seed * 16807 % 2147483647
            heappush(heap, seed)
    print(len(heap), total)


main()
