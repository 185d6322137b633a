import sys

from pure_gzip import decompress

data = open(sys.argv[1] + "/text.txt.gz", "rb").read()
total = 0
for _ in range(5):
    total += len(decompress(data))
print(total)
