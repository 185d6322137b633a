package main

import (
	"fmt"
	"math/rand"
	"time"
)

func main() {
	source := rand.New(rand.NewSource(time.Now().UnixNano()))
	total, sum, moved := 0, 0.0, 0
	for i := 0; i < 300000; i++ {
		total += source.Intn(100)
		sum += source.Float64()
	}
	xs := make([]int, 100000)
	for i := range xs {
		xs[i] = i
	}
	source.Shuffle(len(xs), func(i, k int) { xs[i], xs[k] = xs[k], xs[i] })
	for i, x := range xs {
		if i != x {
			moved++
		}
	}
	fmt.Println(14700000 < total && total < 15000000, 149000 < sum && sum < 151000, moved > 99900)
}
