import gzip
import sys

data = open(sys.argv[1] + "/text.txt", "rb").read()
print(len(data), str(len(gzip.compress(data, 6)) < len(data) / 2).lower())
