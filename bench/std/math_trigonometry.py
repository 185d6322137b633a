# The functions are those of the C library.
from math import atan, cos, sin, tan


def main():
    total = 0.0
    for i in range(1, 100001):
        x = i / 1000
        total += sin(x) + cos(x) * 0.5 + atan(x) + tan(x * 0.01)
    print(f"{total:.4f}")


main()
