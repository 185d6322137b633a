import sys
import tomllib

text = open(sys.argv[1] + "/people.toml", encoding="utf-8").read()
total = 0
for _ in range(2):
    for person in tomllib.loads(text)["person"]:
        total += person["id"] + len(person["tags"]) + person["address"]["number"]
print(total)
