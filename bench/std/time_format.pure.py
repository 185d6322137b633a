import sys

sys.modules["_datetime"] = None
from datetime import datetime, timezone


def main():
    total, seed = 0, 42
    for _ in range(50000):
        seed = seed * 16807 % 2147483647
        text = datetime.fromtimestamp(seed, timezone.utc).isoformat().replace("+00:00", "Z")
        total += len(text) + ord(text[3]) + ord(text[18])
    print(total)


main()
