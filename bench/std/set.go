package main

import (
	"fmt"
)

type Set map[int]struct{}

func made(seed, count int) Set {
	out, x := Set{}, seed
	for i := 0; i < count; i++ {
		x = x * 16807 % 2147483647
		out[x%400000] = struct{}{}
	}
	return out
}

func main() {
	a, b, both, either, total := made(42, 200000), made(7, 200000), Set{}, Set{}, 0
	for x := range a {
		if _, ok := b[x]; ok {
			both[x] = struct{}{}
		}
	}
	for x := range a {
		either[x] = struct{}{}
	}
	for x := range b {
		either[x] = struct{}{}
	}
	for x := range both {
		delete(either, x)
	}
	for x := range either {
		total += x
	}
	fmt.Println(len(a), len(b), len(both), len(either), total)
}
