def make(depth): return (None, None) if depth == 0 else (make(depth - 1), make(depth - 1))
def check(t): return 1 + (check(t[0]) if t[0] else 0) + (check(t[1]) if t[1] else 0)
long_lived = make(14)
print(sum(check(make(12)) for _ in range(300)) + check(long_lived))
