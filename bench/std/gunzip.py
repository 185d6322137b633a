import gzip
import sys

data = open(sys.argv[1] + "/text.txt.gz", "rb").read()
total = 0
for _ in range(5):
    total += len(gzip.decompress(data))
print(total)
