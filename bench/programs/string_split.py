def main():
    fields, seed = [], 7
    for _ in range(20000):
        seed = seed * 16807 % 2147483647
        fields.append(str(seed % 1000000))
    line = ",".join(fields)
    total = 0
    for _ in range(60):
        for part in line.split(","):
            total = (total * 31 + len(part) + ord(part[0])) % 1000003
    print(len(line), total)


main()
