import sys

CODES = [f"{i:02x}" for i in range(256)]
VALUES = {code: i for i, code in enumerate(CODES)}

data = open(sys.argv[1] + "/text.txt", "rb").read()
total = 0
for _ in range(2):
    text = "".join([CODES[b] for b in data])
    total += len(text) + len(bytes([VALUES[text[i:i + 2]] for i in range(0, len(text), 2)]))
print(total)
