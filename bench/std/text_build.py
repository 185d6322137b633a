import io


def main():
    out, seed = io.StringIO(), 42
    for i in range(150000):
        seed = seed * 16807 % 2147483647
        out.write(f"{i:06d}: name{seed % 1000}, ")
        out.write("even" if seed % 2 == 0 else "odd")
        out.write("\n")
    text = out.getvalue()
    items = ""
    for i in range(100000):
        items += str(i) + ","
    print(len(text), len(items), text.count("even"))


main()
