# exp, log and powers are those of the C library.
from math import exp, log


def main():
    total = 0.0
    for i in range(1, 100001):
        x = i / 5000
        total += exp(-x) + log(x) + x ** 1.5
    print(f"{total:.4f}")


main()
