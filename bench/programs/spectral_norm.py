from math import sqrt
def a(i, j): return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)
def times(v):
    n = len(v)
    return [sum(a(i, j) * v[j] for j in range(n)) for i in range(n)]
def transposed(v):
    n = len(v)
    return [sum(a(j, i) * v[j] for j in range(n)) for i in range(n)]
u = [1.0] * 850
for _ in range(10):
    v = transposed(times(u))
    u = transposed(times(v))
print("%.9f" % sqrt(sum(x * y for x, y in zip(u, v)) / sum(x * x for x in v)))
