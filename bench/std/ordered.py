# Python has no ordered map: sorted lists come nearest.
from bisect import bisect_left, bisect_right


def main():
    keys, values, seed, total = [], [], 42, 0
    for i in range(50000):
        seed = seed * 16807 % 2147483647
        at = bisect_left(keys, seed)
        keys.insert(at, seed)
        values.insert(at, i)
    for _ in range(50000):
        seed = seed * 16807 % 2147483647
        at = bisect_right(keys, seed)
        if at > 0:
            total += values[at - 1]
    for at in range(bisect_left(keys, 500000000), bisect_left(keys, 1000000000)):
        total += keys[at] % 1000 + values[at]
    seed = 42
    for _ in range(25000):
        seed = seed * 16807 % 2147483647
        at = bisect_left(keys, seed)
        del keys[at], values[at]
    print(len(keys), total)


main()
