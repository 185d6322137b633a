import pure_json as json
import sys

people = json.loads(open(sys.argv[1] + "/people.json", encoding="utf-8").read())
total = 0
for _ in range(5):
    total += len(json.dumps(people).encode())
print(total)
