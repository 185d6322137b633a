import hashlib
import sys

print(hashlib.sha256(open(sys.argv[1] + "/text.txt", "rb").read()).hexdigest())
