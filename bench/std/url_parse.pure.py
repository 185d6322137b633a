import sys
from urllib.parse import parse_qsl, quote, urlsplit

total = 0
for line in open(sys.argv[1] + "/log.txt", encoding="utf-8").read().splitlines():
    place = line.split(" ")[4]
    parts = urlsplit(f"https://host.example:8080{place}/%C3%A9?a=1&b=x%20y#top")
    total += len(parts.path) + len(quote(parts.path, safe="")) + len(parse_qsl(parts.query))
print(total)
