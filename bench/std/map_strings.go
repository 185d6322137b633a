package main

import (
	"fmt"
	"strconv"
	"strings"
)

func main() {
	words, counts, total := strings.Fields(string(read("text.txt"))), map[string]int{}, 0
	for _, word := range words {
		counts[word]++
	}
	for k := 0; k < 2; k++ {
		for _, word := range words {
			total += counts[word]
		}
	}
	names := map[string]int{}
	for i := 0; i < 50000; i++ {
		names["name"+strconv.Itoa(i)] = i
	}
	for i := 0; i < 50000; i += 2 {
		delete(names, "name"+strconv.Itoa(i))
	}
	for i := 0; i < 50000; i++ {
		if n, ok := names["name"+strconv.Itoa(i)]; ok {
			total += n
		} else {
			total++
		}
	}
	fmt.Println(len(counts), len(names), total)
}
