import sys


def main():
    count = total = 0
    for _ in range(5):
        with open(sys.argv[1] + "/text.txt", encoding="utf-8") as file:
            for line in file:
                count += 1
                total += len(line) - 1
    print(count, total)


main()
