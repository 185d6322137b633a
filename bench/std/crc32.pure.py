import sys

STEPS = []
for i in range(256):
    for _ in range(8):
        i = i >> 1 ^ 0xEDB88320 if i & 1 else i >> 1
    STEPS.append(i)


def crc32(data):
    c = 0xFFFFFFFF
    for b in data:
        c = c >> 8 ^ STEPS[(c ^ b) & 255]
    return c ^ 0xFFFFFFFF


data = open(sys.argv[1] + "/text.txt", "rb").read()
total = 0
for _ in range(5):
    total += crc32(data)
print(total)
