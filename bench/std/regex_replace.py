import re
import sys

text = open(sys.argv[1] + "/log.txt", encoding="utf-8").read()
changed = re.sub(r"(\d{4})-(\d\d)-(\d\d)T", r"\3.\2.\1 ", text)
print(len(changed), changed.count("11.2023 "), len(re.split(r'[ "\[\]]+', text)))
