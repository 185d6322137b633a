class Deque:
    """A ring in a list, whose length is a power of two."""

    def __init__(self, values):
        self.items, self.first, self.count = [None] * 16, 0, 0
        for v in values:
            self.append(v)

    def _grow(self):
        n = len(self.items)
        if self.count == n:
            self.items = self.items[self.first:] + self.items[:self.first] + [None] * n
            self.first = 0

    def append(self, v):
        self._grow()
        self.items[self.first + self.count & len(self.items) - 1] = v
        self.count += 1

    def appendleft(self, v):
        self._grow()
        self.first = self.first - 1 & len(self.items) - 1
        self.items[self.first] = v
        self.count += 1

    def popleft(self):
        if self.count == 0:
            raise IndexError
        v = self.items[self.first]
        self.items[self.first] = None
        self.first = self.first + 1 & len(self.items) - 1
        self.count -= 1
        return v

    def pop(self):
        if self.count == 0:
            raise IndexError
        self.count -= 1
        at = self.first + self.count & len(self.items) - 1
        v = self.items[at]
        self.items[at] = None
        return v

    def __iter__(self):
        for i in range(self.count):
            yield self.items[self.first + i & len(self.items) - 1]


def main():
    queue, total = Deque(range(1000)), 0
    for i in range(1000000):
        first = queue.popleft()
        queue.append((first * 7 + i) % 1000003)
        if i % 5 == 0:
            queue.appendleft(queue.pop() + 1)
        total += first
    print(total + sum(queue))


main()
