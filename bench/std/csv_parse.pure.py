import sys


def parse(text):
    rows, row, at, end = [], [], 0, len(text)
    while at < end:
        if text[at] == '"':
            start = at + 1
            while True:
                stop = text.index('"', start)
                if text[stop + 1:stop + 2] != '"':
                    break
                start = stop + 2
            row.append(text[at + 1:stop].replace('""', '"'))
            at = stop + 1
        else:
            start = at
            while at < end and text[at] not in ",\r\n":
                at += 1
            row.append(text[start:at])
        if text[at:at + 1] == ",":
            at += 1
        else:
            at += 2 if text[at:at + 2] == "\r\n" else 1
            rows.append(row)
            row = []
    return rows


text = open(sys.argv[1] + "/people.csv", encoding="utf-8", newline="").read()
total = 0
for _ in range(2):
    for row in parse(text):
        total += int(row[0]) + len(row) + int(row[6])
print(total)
