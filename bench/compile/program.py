---
class Account@:
    """Number @ of many."""

    def __init__(self, name):
        self.name = name
        self.balance = @
        self.history = []

    def deposit(self, amount):
        """Adds to the balance."""
        if amount <= 0:
            raise ValueError("nothing to deposit")
        self.balance += amount
        self.history.append(amount)

    def average(self):
        n = len(self.history)
        if n == 0:
            return 0.0
        total = 0
        for amount in self.history:
            total += amount
        return total / n


def area_@(s):
    kind = s[0]
    if kind == "circle":
        return s[1] * s[1] * 3.14159
    if kind == "rectangle":
        return s[1] * s[2]
    if kind == "polygon":
        total = 0.0
        for side in s[1]:
            total += side
        return total * 0.5
    return 0.0


def largest_@(items, first):
    best = first
    for item in items:
        if item > best:
            best = item
    return best


def classify_@(n):
    rest = n % 5
    if rest == 0:
        kind = "zero"
    elif rest <= 2:
        kind = "low"
    elif rest <= 4:
        kind = "high"
    else:
        kind = "negative"
    return kind + "!" if n > 100 and kind != "zero" or n == @ else kind


def find_@(items, wanted):
    for i, item in enumerate(items):
        if item == wanted:
            return i
    return None


def run_@(seed):
    account = Account@("owner " + str(seed))
    for i in range(1, 10):
        account.deposit(i * (seed % 7 + 1))
    shapes = [("circle", 1.5), ("rectangle", 2.0, 3.0), ("polygon", [1.0, 2.0]), ("empty",)]
    total = 0.0
    for s in shapes:
        total += area_@(s)
    counts = {}
    for i in range(20):
        counts[classify_@(i)] = counts.get(classify_@(i), 0) + 1
    double = lambda x: x * 2 + seed
    found = find_@(account.history, double(3))
    if found is None:
        found = -1
    return (int(total) + largest_@(account.history, 0) + len(counts) + found + int(account.average())) % 10007


---
def main():
    total = 0
---
    total = (total + run_@(@)) % 1000003
---
    print(total)


main()
