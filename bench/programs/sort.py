from functools import cmp_to_key
xs, seed = [], 42
for _ in range(500000):
    seed = seed * 16807 % 2147483647
    xs.append(seed)
xs.sort(key=cmp_to_key(lambda a, b: (a > b) - (a < b)))
print(sum(xs[::1000]))
