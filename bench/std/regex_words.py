import re
import sys

text = open(sys.argv[1] + "/text.txt", encoding="utf-8").read()
total = 0
for found in re.finditer(r"\w+", text):
    total += found.end() - found.start()
print(total, len(re.findall(r"\b[a-d]\w*[xyz]\b", text)))
