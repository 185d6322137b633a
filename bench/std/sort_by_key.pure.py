from merge_sort import merge_sort


class Item:
    def __init__(self, key, name):
        self.key, self.name = key, name


items, seed = [], 42
for i in range(100000):
    seed = seed * 16807 % 2147483647
    items.append(Item(seed, str(i)))
items = merge_sort(items, key=lambda item: item.key)
print(items[0].name, items[50000].name, items[99999].name)
