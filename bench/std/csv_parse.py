import csv
import sys

total = 0
for _ in range(2):
    with open(sys.argv[1] + "/people.csv", encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            total += int(row[0]) + len(row) + int(row[6])
print(total)
