package main

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

func made(seed, digits int) *big.Int {
	var out strings.Builder
	x := seed
	for i := 0; i < digits/4; i++ {
		x = x * 16807 % 2147483647
		out.WriteString(strconv.Itoa(x%9000 + 1000))
	}
	n, _ := new(big.Int).SetString(out.String(), 10)
	return n
}

func main() {
	var total int64
	prime := big.NewInt(1000003)
	for i := 0; i < 60; i++ {
		product := new(big.Int).Mul(made(i+1, 4000), made(i+100, 4000))
		total += product.Mod(product, prime).Int64()
	}
	fmt.Println(total)
}
