package main

import (
	"container/heap"
	"fmt"
)

type Ints []int

func (h Ints) Len() int           { return len(h) }
func (h Ints) Less(i, k int) bool { return h[i] < h[k] }
func (h Ints) Swap(i, k int)      { h[i], h[k] = h[k], h[i] }
func (h *Ints) Push(v any)        { *h = append(*h, v.(int)) }
func (h *Ints) Pop() any {
	last := len(*h) - 1
	v := (*h)[last]
	*h = (*h)[:last]
	return v
}

func main() {
	ints, seed, total := &Ints{}, 42, 0
	for i := 0; i < 100000; i++ {
		seed = seed * 16807 % 2147483647
		heap.Push(ints, seed)
	}
	for i := 0; i < 100000; i++ {
		total = (total*31 + heap.Pop(ints).(int)) % 1000003
		if i%2 == 0 {
			seed = seed * 16807 % 2147483647
			heap.Push(ints, seed)
		}
	}
	fmt.Println(len(*ints), total)
}
