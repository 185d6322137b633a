import os
import sys


def main():
    count = total = 0
    for _ in range(5):
        for folder, folders, files in os.walk(sys.argv[1] + "/tree"):
            for name in folders + files:
                count += 1
                total += len(name)
    print(count, total)


main()
