import sys


def main():
    text = open(sys.argv[1] + "/text.txt", encoding="utf-8").read()
    total = 0
    for _ in range(2):
        for line in text.splitlines():
            parts = line.split(" ")
            total += len(parts)
            for part in parts:
                word = part.removesuffix(",").upper()
                if word.startswith("JO"):
                    total += len(word)
            total += len("--".join(parts))
            if "casci" in line:
                total += 1
    print(total, len(text.replace("jo", "yes")))


main()
