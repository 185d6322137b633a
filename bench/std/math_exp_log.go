package main

import (
	"fmt"
	"math"
)

func main() {
	total := 0.0
	for i := 1; i <= 100000; i++ {
		x := float64(i) / 5000
		total += math.Exp(-x) + math.Log(x) + math.Pow(x, 1.5)
	}
	fmt.Printf("%.4f\n", total)
}
