from statistics import fmean, median, pvariance

xs, seed = [], 42
for _ in range(200000):
    seed = seed * 16807 % 2147483647
    xs.append(seed % 100000 / 100)
print(f"{fmean(xs):.4f} {pvariance(xs):.4f} {median(xs):.4f}")
