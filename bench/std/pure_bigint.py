"""Natural numbers in limbs of seven decimal digits, the lowest first."""
BASE = 10000000


def parse(text):
    return [int(text[max(0, i - 7):i]) for i in range(len(text), 0, -7)]


def multiply(a, b):
    out = [0] * (len(a) + len(b))
    for i, x in enumerate(a):
        carry = 0
        for k, y in enumerate(b, i):
            carry, out[k] = divmod(out[k] + x * y + carry, BASE)
        out[i + len(b)] = carry
    while out and out[-1] == 0:
        out.pop()
    return out


def rest(a, n):
    total = 0
    for x in reversed(a):
        total = (total * BASE + x) % n
    return total


def to_string(a):
    return str(a[-1]) + "".join(f"{x:07d}" for x in reversed(a[:-1]))
