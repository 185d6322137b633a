import sys

if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)
product = 1
for i in range(1, 6001):
    product *= i
print(sum(int(digit) for digit in str(product)))
