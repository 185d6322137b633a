import base64
import sys

data = open(sys.argv[1] + "/text.txt", "rb").read()
total = 0
for _ in range(2):
    text = base64.b64encode(data).decode()
    total += len(text) + len(base64.b64decode(text, validate=True))
print(total)
