def main():
    table, seed = {}, 42
    for i in range(200000):
        seed = seed * 16807 % 2147483647
        table[seed] = i
    total = 0
    for _ in range(3):
        seed = 42
        for _ in range(200000):
            seed = seed * 16807 % 2147483647
            total += table.get(seed, 0) + table.get(seed + 1, 1)
    seed = 42
    for i in range(200000):
        seed = seed * 16807 % 2147483647
        if i % 2 == 0:
            del table[seed]
    for key, value in table.items():
        total += key % 1000 + value
    print(len(table), total)


main()
