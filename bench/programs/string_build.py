def main():
    parts = []
    for i in range(1000000):
        parts.append(str(i))
        parts.append("\n" if i % 10 == 9 else ",")
    text = "".join(parts)
    total = 0
    for i in range(0, len(text), 97):
        total = (total * 31 + ord(text[i])) % 1000003
    print(len(text), total)


main()
