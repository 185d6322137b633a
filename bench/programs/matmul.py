def make(n, seed): return [[float((i * seed + j * 7) % 100) for j in range(n)] for i in range(n)]
def main():
    n = 400
    a, b = make(n, 3), make(n, 5)
    trace = 0.0
    for i in range(n):
        row = a[i]
        for j in range(n):
            total = 0.0
            for k in range(n): total += row[k] * b[k][j]
            if i == j: trace += total
    print(int(trace))
main()
