package main

import (
	"fmt"
	"strconv"
	"strings"
)

func main() {
	var out strings.Builder
	seed := 42
	for i := 0; i < 150000; i++ {
		seed = seed * 16807 % 2147483647
		fmt.Fprintf(&out, "%06d: name%d, ", i, seed%1000)
		if seed%2 == 0 {
			out.WriteString("even")
		} else {
			out.WriteString("odd")
		}
		out.WriteString("\n")
	}
	var list strings.Builder
	for i := 0; i < 100000; i++ {
		list.WriteString(strconv.Itoa(i))
		list.WriteString(",")
	}
	fmt.Println(out.Len(), list.Len(), strings.Count(out.String(), "even"))
}
