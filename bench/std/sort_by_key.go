package main

import (
	"fmt"
	"sort"
	"strconv"
)

type Item struct {
	key  int
	name string
}

func main() {
	items, seed := []*Item{}, 42
	for i := 0; i < 100000; i++ {
		seed = seed * 16807 % 2147483647
		items = append(items, &Item{seed, strconv.Itoa(i)})
	}
	sort.SliceStable(items, func(i, k int) bool { return items[i].key < items[k].key })
	fmt.Println(items[0].name, items[50000].name, items[99999].name)
}
