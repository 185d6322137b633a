import os
import random

MASK = 2**64 - 1


class Xoshiro(random.Random):
    """xoshiro256** in Python."""

    def seed(self, *_):
        self.state = [int.from_bytes(os.urandom(8), "little") for _ in range(4)]

    def getrandbits(self, k):
        a, b, c, d = self.state
        x = b * 5 & MASK
        x = ((x << 7 | x >> 57) & MASK) * 9 & MASK
        c, d = c ^ a, d ^ b
        self.state = [a ^ d, b ^ c, c ^ (b << 17 & MASK), (d << 45 | d >> 19) & MASK]
        return x >> 64 - k

    def random(self):
        return self.getrandbits(53) / 2**53


def main():
    source = Xoshiro()
    total, numbers, below, real = 0, 0.0, source.randrange, source.random
    for _ in range(300000):
        total += below(100)
        numbers += real()
    xs = list(range(100000))
    source.shuffle(xs)
    moved = sum(i != x for i, x in enumerate(xs))
    print(*(str(t).lower() for t in (14700000 < total < 15000000, 149000 < numbers < 151000, moved > 99900)))


main()
