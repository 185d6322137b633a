def made(n, seed):
    rows, x = [], seed
    for _ in range(n):
        row = []
        for _ in range(n):
            x = x * 16807 % 2147483647
            row.append(x % 1000 / 100)
        rows.append(row)
    return rows


def product(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def solve(a, b):
    n = len(a)
    rows = [row + [right] for row, right in zip(a, b)]
    for c in range(n):
        best = max(range(c, n), key=lambda i: abs(rows[i][c]))
        rows[c], rows[best] = rows[best], rows[c]
        top = rows[c]
        for i in range(c + 1, n):
            row, factor = rows[i], rows[i][c] / top[c]
            for k in range(c, n + 1):
                row[k] -= factor * top[k]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][k] * x[k] for k in range(i + 1, n))) / rows[i][i]
    return x


n = 200
c = product(made(n, 42), made(n, 7))
x = solve(c, [float(i) for i in range(n)])
y = sum(c[n // 2][k] * x[k] for k in range(n))
print(f"{c[3][5]:.4f} {c[n - 1][n - 1]:.4f} {y:.4f}")
