import re
import sys

text = open(sys.argv[1] + "/text.txt", encoding="utf-8").read()
some = re.compile("jo|casci|rilpogu|tobimotun|wacfahgo|peramevri|selcad|nuji")
ends = re.compile(r"(?:mo|ka|ri)(?:t|l)?[.,]")
print(len(some.findall(text)), len(ends.findall(text)))
