import random


def main():
    total, numbers, below, real = 0, 0.0, random.randrange, random.random
    for _ in range(300000):
        total += below(100)
        numbers += real()
    xs = list(range(100000))
    random.shuffle(xs)
    moved = sum(i != x for i, x in enumerate(xs))
    print(*(str(t).lower() for t in (14700000 < total < 15000000, 149000 < numbers < 151000, moved > 99900)))


main()
