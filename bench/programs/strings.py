text = ""
for i in range(200000): text = text + str(i) + ","
parts = text.split(",")
print(len(text), len(parts), sum(len(p) for p in parts))
