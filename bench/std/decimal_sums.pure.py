from _pydecimal import Decimal, getcontext


def main():
    getcontext().prec = 61
    for _ in range(60):
        e = term = Decimal(1)
        for i in range(1, 60):
            term = term / Decimal(i)
            e += term
    getcontext().prec = 34
    balance, rate, cent = Decimal("1000.00"), Decimal("1.0325"), Decimal("0.01")
    for _ in range(12000):
        balance = (balance * rate).quantize(cent)
        if balance > Decimal(1000000):
            balance = balance / Decimal(1000)
        balance = balance.quantize(cent)
    getcontext().prec = 61
    print(e.quantize(Decimal("1e-50")), balance)


main()
