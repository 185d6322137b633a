import sys

data = open(sys.argv[1] + "/text.txt", "rb").read()
total = 0
for _ in range(2):
    text = data.hex()
    total += len(text) + len(bytes.fromhex(text))
print(total)
