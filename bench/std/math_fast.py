# The functions are those of the C library.
from math import cos, exp, log, sin


def main():
    total = 0.0
    for i in range(1, 100001):
        x = i / 5000
        total += exp(-x) + log(x) + sin(x) + cos(x)
    print(f"{total:.4f}")


main()
