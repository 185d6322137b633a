import sys


def main():
    words = open(sys.argv[1] + "/text.txt", encoding="utf-8").read().split()
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    total = 0
    for _ in range(2):
        for word in words:
            total += counts[word]
    names = {f"name{i}": i for i in range(50000)}
    for i in range(0, 50000, 2):
        del names[f"name{i}"]
    for i in range(50000):
        total += names.get(f"name{i}", 1)
    print(len(counts), len(names), total)


main()
