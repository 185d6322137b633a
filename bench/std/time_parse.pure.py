import sys

sys.modules["_datetime"] = None
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def main():
    total = 0
    for line in open(sys.argv[1] + "/dates.txt", encoding="utf-8").read().splitlines():
        since = datetime.fromisoformat(line) - EPOCH
        total += (since.days * 86400 + since.seconds) % 1000 + since.microseconds // 1000
    print(total)


main()
