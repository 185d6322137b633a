package main

import (
	"fmt"
)

func main() {
	table, seed := map[int]int{}, 42
	for i := 0; i < 200000; i++ {
		seed = seed * 16807 % 2147483647
		table[seed] = i
	}
	total := 0
	for k := 0; k < 3; k++ {
		seed = 42
		for i := 0; i < 200000; i++ {
			seed = seed * 16807 % 2147483647
			total += table[seed]
			if n, ok := table[seed+1]; ok {
				total += n
			} else {
				total++
			}
		}
	}
	seed = 42
	for i := 0; i < 200000; i++ {
		seed = seed * 16807 % 2147483647
		if i%2 == 0 {
			delete(table, seed)
		}
	}
	for key, value := range table {
		total += key%1000 + value
	}
	fmt.Println(len(table), total)
}
