def main():
    n = 10
    perm1, perm, count = list(range(n)), [0] * n, [0] * n
    max_flips, checksum, r, turn, running = 0, 0, n, 0, True
    while running:
        while r != 1:
            count[r - 1] = r
            r -= 1
        for i in range(n):
            perm[i] = perm1[i]
        flips = 0
        k = perm[0]
        while k != 0:
            i, j = 0, k
            while i < j:
                perm[i], perm[j] = perm[j], perm[i]
                i += 1
                j -= 1
            flips += 1
            k = perm[0]
        if flips > max_flips:
            max_flips = flips
        checksum += flips if turn % 2 == 0 else -flips
        while True:
            if r == n:
                running = False
                break
            first = perm1[0]
            for i in range(r):
                perm1[i] = perm1[i + 1]
            perm1[r] = first
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1
        turn += 1
    print(checksum, max_flips)


main()
