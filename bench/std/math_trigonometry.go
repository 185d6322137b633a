package main

import (
	"fmt"
	"math"
)

func main() {
	total := 0.0
	for i := 1; i <= 100000; i++ {
		x := float64(i) / 1000
		total += math.Sin(x) + math.Cos(x)*0.5 + math.Atan(x) + math.Tan(x*0.01)
	}
	fmt.Printf("%.4f\n", total)
}
