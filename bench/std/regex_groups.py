import re
import sys

line = re.compile(r'^(\d+)\.(\d+)\.(\d+)\.(\d+) - \[([^\]]+)\] "(\w+) (\S+) [^"]*" (\d{3}) (\d+)$')
total = 0
for text in open(sys.argv[1] + "/log.txt", encoding="utf-8").read().splitlines():
    found = line.match(text)
    if found:
        groups = found.groups()
        total += int(groups[3]) + len(groups[6]) + int(groups[7])
print(total)
