def main():
    m, seed = {}, 1
    for _ in range(3000000):
        seed = seed * 16807 % 2147483647
        key = seed % 100000
        m[key] = m.get(key, 0) + 1
    print(len(m), sum(m.get(i, 0) * (i % 7) for i in range(100000)))
main()
