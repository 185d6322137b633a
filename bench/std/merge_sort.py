"""Merge sort in Python, stable."""


def merge_sort(xs, key=None):
    items = xs if key is None else [(key(x), i) for i, x in enumerate(xs)]
    other, width, n = list(items), 1, len(items)
    while width < n:
        for low in range(0, n, 2 * width):
            mid, high = min(low + width, n), min(low + 2 * width, n)
            i, k, at = low, mid, low
            while i < mid and k < high:
                if items[k] < items[i]:
                    other[at] = items[k]
                    k += 1
                else:
                    other[at] = items[i]
                    i += 1
                at += 1
            other[at:high] = items[i:mid] + items[k:high]
        items, other = other, items
        width *= 2
    return items if key is None else [xs[i] for _, i in items]
