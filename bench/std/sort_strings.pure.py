import sys

from merge_sort import merge_sort

words = open(sys.argv[1] + "/text.txt", encoding="utf-8").read().split()
words = merge_sort(words)
print(len(words), words[0], words[70000], words[-1])
