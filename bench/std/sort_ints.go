package main

import (
	"fmt"
	"sort"
)

func main() {
	xs, seed := []int{}, 42
	for i := 0; i < 300000; i++ {
		seed = seed * 16807 % 2147483647
		xs = append(xs, seed)
	}
	sort.Ints(xs)
	total := 0
	for i := 0; i < 300000; i += 1000 {
		total += xs[i]
	}
	fmt.Println(total)
}
