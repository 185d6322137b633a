from collections import deque


def main():
    queue, total = deque(range(1000)), 0
    for i in range(1000000):
        first = queue.popleft()
        queue.append((first * 7 + i) % 1000003)
        if i % 5 == 0:
            queue.appendleft(queue.pop() + 1)
        total += first
    print(total + sum(queue))


main()
