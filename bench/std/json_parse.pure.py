import pure_json as json
import sys

text = open(sys.argv[1] + "/people.json", encoding="utf-8").read()
total = 0
for _ in range(3):
    for person in json.loads(text):
        total += len(person["tags"]) + person["address"]["number"]
print(total)
