import struct
import sys

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
SCHEDULE = [tuple(range(16))]
for _ in range(6):
    SCHEDULE.append(tuple(SCHEDULE[-1][i] for i in ORDER))
START, END, PARENT, ROOT = 1, 2, 4, 8
LANES = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15), (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))


def compressed(state, words, counter, length, flags):
    v = [*state, *IV[:4], counter & 0xFFFFFFFF, counter >> 32, length, flags]
    for order in SCHEDULE:
        for k, (i, j, m, n) in enumerate(LANES):
            a, b, c, d = v[i], v[j], v[m], v[n]
            a = a + b + words[order[2 * k]] & 0xFFFFFFFF
            d ^= a
            d = d >> 16 | d << 16 & 0xFFFFFFFF
            c = c + d & 0xFFFFFFFF
            b ^= c
            b = b >> 12 | b << 20 & 0xFFFFFFFF
            a = a + b + words[order[2 * k + 1]] & 0xFFFFFFFF
            d ^= a
            d = d >> 8 | d << 24 & 0xFFFFFFFF
            c = c + d & 0xFFFFFFFF
            b ^= c
            v[i], v[j], v[m], v[n] = a, b >> 7 | b << 25 & 0xFFFFFFFF, c, d
    return [x ^ y for x, y in zip(v[:8], v[8:])]


def chunk(data, number, flags):
    state, blocks = IV, max(1, (len(data) + 63) // 64)
    for i in range(blocks):
        block = data[64 * i:64 * i + 64]
        ends = (START if i == 0 else 0) | (END | flags if i == blocks - 1 else 0)
        state = compressed(state, struct.unpack("<16I", block.ljust(64, b"\0")), number, len(block), ends)
    return state


def tree(data, number, flags):
    if len(data) <= 1024:
        return chunk(data, number, flags)
    left = 1024
    while left * 2 < len(data):
        left *= 2
    return compressed(IV, tree(data[:left], number, 0) + tree(data[left:], number + left // 1024, 0), 0, 64, PARENT | flags)


print(struct.pack("<8I", *tree(open(sys.argv[1] + "/text.txt", "rb").read(), 0, ROOT)).hex())
