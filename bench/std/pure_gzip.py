"""gzip in plain Python (RFC 1951, RFC 1952): earlier places by hash chains, with a look at the next place, dynamic codes; decompression by tables."""
import heapq
import sys

CRC_STEPS = []
for i in range(256):
    for _ in range(8):
        i = i >> 1 ^ 0xEDB88320 if i & 1 else i >> 1
    CRC_STEPS.append(i)

# (base, extra bits) of the codes of lengths and distances.
LENGTHS, DISTANCES, base = [], [], 3
for i in range(28):
    extra = 0 if i < 8 else (i - 4) // 4
    LENGTHS.append((base, extra))
    base += 1 << extra
LENGTHS.append((258, 0))
base = 1
for i in range(30):
    extra = 0 if i < 4 else (i - 2) // 2
    DISTANCES.append((base, extra))
    base += 1 << extra

# Which code stands for a length or a distance.
LENGTH_CODE, DISTANCE_CODE = [0] * 259, [0] * 32769
for code, (base, extra) in enumerate(LENGTHS):
    LENGTH_CODE[base:min(base + (1 << extra), 259)] = [code] * min(1 << extra, 259 - base)
for code, (base, extra) in enumerate(DISTANCES):
    DISTANCE_CODE[base:base + (1 << extra)] = [code] * (1 << extra)

ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
LEVELS = {1: (4, 8, 4, False), 6: (128, 128, 16, True), 9: (4096, 258, 258, True)}   # chain, good length, lazy below, lazy


def crc32(data):
    c = 0xFFFFFFFF
    for b in data:
        c = c >> 8 ^ CRC_STEPS[(c ^ b) & 255]
    return c ^ 0xFFFFFFFF


def canonical(lengths):
    """The codes of these lengths, their bits in the order in which they are written."""
    counts, following, code, out = [0] * 16, [0] * 16, 0, [0] * len(lengths)
    for bits in lengths:
        counts[bits] += 1
    counts[0] = 0
    for bits in range(1, 16):
        code = code + counts[bits - 1] << 1
        following[bits] = code
    for symbol, bits in enumerate(lengths):
        if bits:
            out[symbol] = int(f"{following[bits]:0{bits}b}"[::-1], 2)
            following[bits] += 1
    return out


def huffman(weights, most):
    """Lengths of codes, of at most so many bits: weights are made flatter until they fit."""
    used, lengths, scale = [i for i, weight in enumerate(weights) if weight], [0] * len(weights), 0
    if len(used) == 1:
        lengths[used[0]] = 1
    while len(used) > 1:
        trees = [((weights[i] >> scale) + 1, i, (i,)) for i in used]
        heapq.heapify(trees)
        depths = [0] * len(weights)
        while len(trees) > 1:
            (x, i, left), (y, _, right) = heapq.heappop(trees), heapq.heappop(trees)
            for symbol in left + right:
                depths[symbol] += 1
            heapq.heappush(trees, (x + y, i, left + right))
        if max(depths) <= most:
            return depths
        scale += 1
    return lengths


def runs(lengths):
    """Lengths of codes as (symbol, what stands behind it, its bits)."""
    out, i = [], 0
    while i < len(lengths):
        value, run = lengths[i], 1
        while i + run < len(lengths) and lengths[i + run] == value:
            run += 1
        if value == 0 and run >= 3:
            run = min(run, 138)
            out.append((17, run - 3, 3) if run < 11 else (18, run - 11, 7))
        elif i > 0 and lengths[i - 1] == value and run >= 3:
            run = min(run, 6)
            out.append((16, run - 3, 2))
        else:
            run = 1
            out.append((value, 0, 0))
        i += run
    return out


class Bits:
    """Writes bits, the lowest first."""

    def __init__(self):
        self.out, self.bits, self.count = bytearray(), 0, 0

    def put(self, value, n):
        self.bits |= value << self.count
        self.count += n
        while self.count >= 32:
            self.out += (self.bits & 0xFFFFFFFF).to_bytes(4, "little")
            self.bits >>= 32
            self.count -= 32

    def finish(self):
        self.out += self.bits.to_bytes((self.count + 7) // 8, "little")
        return bytes(self.out)


def put_block(to, symbols, is_last):
    """A literal is its byte, a copy its length + 512 * its distance."""
    lengths, distances = [0] * 286, [0] * 30
    lengths[256] = 1
    for symbol in symbols:
        if symbol < 256:
            lengths[symbol] += 1
        else:
            lengths[257 + LENGTH_CODE[symbol & 511]] += 1
            distances[DISTANCE_CODE[symbol >> 9]] += 1
    near, far = huffman(lengths, 15), huffman(distances, 15)
    near_count, far_count = max(i + 1 for i in range(286) if near[i]), max([i + 1 for i in range(30) if far[i]], default=1)
    steps, weights = runs(near[:near_count] + far[:far_count]), [0] * 19
    for symbol, _, _ in steps:
        weights[symbol] += 1
    head = huffman(weights, 7)
    head_codes, near_codes, far_codes = canonical(head), canonical(near), canonical(far)
    head_count = max(4, max(i + 1 for i in range(19) if head[ORDER[i]]))
    put = to.put
    put(5 if is_last else 4, 3)
    put(near_count - 257, 5)
    put(far_count - 1, 5)
    put(head_count - 4, 4)
    for i in ORDER[:head_count]:
        put(head[i], 3)
    for symbol, behind, bits in steps:
        put(head_codes[symbol], head[symbol])
        put(behind, bits)
    for symbol in symbols:
        if symbol < 256:
            put(near_codes[symbol], near[symbol])
        else:
            length, distance = symbol & 511, symbol >> 9
            code = LENGTH_CODE[length]
            put(near_codes[257 + code], near[257 + code])
            put(length - LENGTHS[code][0], LENGTHS[code][1])
            code = DISTANCE_CODE[distance]
            put(far_codes[code], far[code])
            put(distance - DISTANCES[code][0], DISTANCES[code][1])
    put(near_codes[256], near[256])


def deflate(data, level):
    chain, good, lazy_below, lazy = LEVELS[level]
    n, to, symbols, heads, before = len(data), Bits(), [], {}, [-1] * 32768

    def enter(at):
        key = data[at:at + 3]
        before[at & 32767] = heads.get(key, -1)
        heads[key] = at

    def best(at, least):
        """The longest copy of more than `least` bytes: its length and distance; 0 when there is none."""
        place, length, distance, left, most = heads.get(data[at:at + 3], -1), least, 0, chain, min(258, n - at)
        while 0 <= place and at - place <= 32768 and left > 0 and length < most:
            if data[place + length] == data[at + length]:
                k = 3
                while k < most and data[place + k] == data[at + k]:
                    k += 1
                if k > length:
                    length, distance = k, at - place
                    if k >= good:
                        break
            following = before[place & 32767]
            if following >= place:
                break
            place, left = following, left - 1
        return (length, distance) if distance else (0, 0)

    at = length = distance = 0
    while at < n:
        if length == 0:
            length, distance = best(at, 2)
        enter(at)
        later, farther = best(at + 1, length) if lazy and 0 < length < lazy_below else (0, 0)
        if length == 0 or later > length:
            symbols.append(data[at])
            at, length, distance = at + 1, later, farther
        else:
            symbols.append(length | distance << 9)
            for k in range(at + 1, at + length):
                enter(k)
            at, length = at + length, 0
        if len(symbols) >= 16384:
            put_block(to, symbols, False)
            symbols = []
    put_block(to, symbols, True)
    return to.finish()


def compress(data, level):
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + deflate(data, level) + crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")


def decoder(lengths):
    """Steps by the bits that come next: how many of them are used, and the symbol; and how many bits to look at."""
    width = max(lengths)
    steps = [None] * (1 << width)
    for symbol, (bits, code) in enumerate(zip(lengths, canonical(lengths))):
        if bits:
            steps[code::1 << bits] = [(bits, symbol)] * (1 << width - bits)
    return steps, (1 << width) - 1


class Source:
    """Reads bits, the lowest first."""

    def __init__(self, data, at):
        self.data, self.at, self.bits, self.count = data, at, 0, 0

    def take(self, n):
        while self.count < n:
            self.bits |= self.data[self.at] << self.count
            self.at += 1
            self.count += 8
        value = self.bits & (1 << n) - 1
        self.bits >>= n
        self.count -= n
        return value

    def symbol(self, steps, mask):
        while self.count < 15 and self.at < len(self.data):
            self.bits |= self.data[self.at] << self.count
            self.at += 1
            self.count += 8
        used, symbol = steps[self.bits & mask]
        self.bits >>= used
        self.count -= used
        return symbol


def block_codes(source, kind):
    if kind == 1:
        return decoder([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8), decoder([5] * 30)
    near_count, far_count, head = source.take(5) + 257, source.take(5) + 1, [0] * 19
    for i in range(source.take(4) + 4):
        head[ORDER[i]] = source.take(3)
    steps, lengths = decoder(head), []
    while len(lengths) < near_count + far_count:
        symbol = source.symbol(*steps)
        if symbol < 16:
            lengths.append(symbol)
        elif symbol == 16:
            lengths += lengths[-1:] * (3 + source.take(2))
        elif symbol == 17:
            lengths += [0] * (3 + source.take(3))
        else:
            lengths += [0] * (11 + source.take(7))
    return decoder(lengths[:near_count]), decoder(lengths[near_count:])


def inflate(data, at):
    """The bytes, and where the data ends."""
    source, out, is_last = Source(data, at), bytearray(), False
    while not is_last:
        is_last, kind = source.take(1), source.take(2)
        if kind == 0:
            source.take(source.count & 7)
            length = source.take(16)
            source.take(16)
            out += bytes(source.take(8) for _ in range(length))
            continue
        near, far = block_codes(source, kind)
        while True:
            symbol = source.symbol(*near)
            if symbol < 256:
                out.append(symbol)
            elif symbol == 256:
                break
            else:
                base, extra = LENGTHS[symbol - 257]
                length = base + source.take(extra)
                base, extra = DISTANCES[source.symbol(*far)]
                start = len(out) - base - source.take(extra)
                if start + length <= len(out):
                    out += out[start:start + length]
                else:
                    part = out[start:]
                    out += (part * (length // len(part) + 1))[:length]
    return bytes(out), source.at - source.count // 8


def decompress(data):
    if data[:4] != b"\x1f\x8b\x08\0":
        raise ValueError("gzip: not a plain member")
    out, at = inflate(data, 10)
    if data[at:at + 8] != crc32(out).to_bytes(4, "little") + len(out).to_bytes(4, "little"):
        raise ValueError("gzip: damaged")
    return out


def run(level):
    """What gzip_1, gzip_6 and gzip_9 do."""
    data = open(sys.argv[1] + "/text.txt", "rb").read()
    print(len(data), str(len(compress(data, level)) < len(data) / 2).lower())
