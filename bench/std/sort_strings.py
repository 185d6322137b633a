import sys

words = open(sys.argv[1] + "/text.txt", encoding="utf-8").read().split()
words.sort()
print(len(words), words[0], words[70000], words[-1])
