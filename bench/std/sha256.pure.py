import struct
import sys


def primes(count):
    found, n = [], 2
    while len(found) < count:
        if all(n % p for p in found):
            found.append(n)
        n += 1
    return found


def fraction(x):
    return int(x % 1 * 2**32)


K = [fraction(p ** (1 / 3)) for p in primes(64)]
H = [fraction(p ** 0.5) for p in primes(8)]


# A word beside its own copy: shifts of 64 bits turn it.
def sha256(data):
    length, state = len(data), list(H)
    data += b"\x80" + bytes(-(length + 9) % 64) + struct.pack(">Q", length * 8)
    for at in range(0, len(data), 64):
        w = list(struct.unpack_from(">16I", data, at))
        for i in range(16, 64):
            x, y = w[i - 15], w[i - 2]
            xx, yy = x << 32 | x, y << 32 | y
            w.append((w[i - 16] + w[i - 7] + ((xx >> 7 ^ xx >> 18 ^ x >> 3) & 0xFFFFFFFF) + ((yy >> 17 ^ yy >> 19 ^ y >> 10) & 0xFFFFFFFF)) & 0xFFFFFFFF)
        a, b, c, d, e, f, g, h = state
        for k, word in zip(K, w):
            x, y = e << 32 | e, a << 32 | a
            t = h + ((x >> 6 ^ x >> 11 ^ x >> 25) & 0xFFFFFFFF) + (g ^ e & (f ^ g)) + k + word
            u = ((y >> 2 ^ y >> 13 ^ y >> 22) & 0xFFFFFFFF) + (a & b | c & (a | b))
            h, g, f, e, d, c, b, a = g, f, e, d + t & 0xFFFFFFFF, c, b, a, t + u & 0xFFFFFFFF
        state = [x + y & 0xFFFFFFFF for x, y in zip(state, (a, b, c, d, e, f, g, h))]
    return struct.pack(">8I", *state).hex()


print(sha256(open(sys.argv[1] + "/text.txt", "rb").read()))
