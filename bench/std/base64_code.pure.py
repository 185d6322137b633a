import sys

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
VALUES = {letter: i for i, letter in enumerate(LETTERS)}


def encode(data):
    pad = -len(data) % 3
    data += bytes(pad)
    out = []
    for i in range(0, len(data), 3):
        bits = data[i] << 16 | data[i + 1] << 8 | data[i + 2]
        out.append(LETTERS[bits >> 18] + LETTERS[bits >> 12 & 63] + LETTERS[bits >> 6 & 63] + LETTERS[bits & 63])
    text = "".join(out)
    return text[:len(text) - pad] + "=" * pad


def decode(text):
    pad = text.count("=")
    text = text.replace("=", "A")
    out = bytearray()
    for i in range(0, len(text), 4):
        bits = VALUES[text[i]] << 18 | VALUES[text[i + 1]] << 12 | VALUES[text[i + 2]] << 6 | VALUES[text[i + 3]]
        out += bytes((bits >> 16, bits >> 8 & 255, bits & 255))
    return bytes(out[:len(out) - pad])


data = open(sys.argv[1] + "/text.txt", "rb").read()
total = 0
for _ in range(2):
    text = encode(data)
    total += len(text) + len(decode(text))
print(total)
