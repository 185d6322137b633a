package main

import (
	"fmt"
	"math/big"
)

func main() {
	product, total := big.NewInt(1), 0
	for i := int64(1); i <= 6000; i++ {
		product.Mul(product, big.NewInt(i))
	}
	for _, digit := range product.String() {
		total += int(digit - '0')
	}
	fmt.Println(total)
}
