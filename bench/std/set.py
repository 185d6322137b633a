def made(seed, count):
    out, x = set(), seed
    for _ in range(count):
        x = x * 16807 % 2147483647
        out.add(x % 400000)
    return out


def main():
    a, b = made(42, 200000), made(7, 200000)
    both = {x for x in a if x in b}
    either = {x for x in a}
    for x in b:
        either.add(x)
    for x in both:
        either.remove(x)
    print(len(a), len(b), len(both), len(either), sum(either))


main()
