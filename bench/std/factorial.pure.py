from pure_bigint import multiply, to_string

product = [1]
for i in range(1, 6001):
    product = multiply(product, [i])
print(sum(int(digit) for digit in to_string(product)))
