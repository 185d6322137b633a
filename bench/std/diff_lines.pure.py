import difflib
import sys

a = open(sys.argv[1] + "/old.txt", encoding="utf-8").read().splitlines()
b = open(sys.argv[1] + "/new.txt", encoding="utf-8").read().splitlines()
for _ in range(20):
    equal = sum(block.size for block in difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
print(len(a), len(b), equal)
