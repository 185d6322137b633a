from pure_bigint import multiply, parse, rest


def made(seed, digits):
    out, x = [], seed
    for _ in range(digits // 4):
        x = x * 16807 % 2147483647
        out.append(f"{x % 9000 + 1000}")
    return parse("".join(out))


print(sum(rest(multiply(made(i + 1, 4000), made(i + 100, 4000)), 1000003) for i in range(60)))
