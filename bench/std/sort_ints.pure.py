from merge_sort import merge_sort

xs, seed = [], 42
for _ in range(300000):
    seed = seed * 16807 % 2147483647
    xs.append(seed)
xs = merge_sort(xs)
print(sum(xs[::1000]))
