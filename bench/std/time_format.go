package main

import (
	"fmt"
	"time"
)

func main() {
	total, seed := 0, int64(42)
	for i := 0; i < 50000; i++ {
		seed = seed * 16807 % 2147483647
		text := time.Unix(seed, 0).UTC().Format(time.RFC3339)
		total += len(text) + int(text[3]) + int(text[18])
	}
	fmt.Println(total)
}
