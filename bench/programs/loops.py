def main():
    total = 0
    for i in range(15000):
        for j in range(5000): total = (total + (i ^ j)) & 16777215
    print(total)
main()
