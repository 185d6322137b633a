package main

import (
	"fmt"
	"sort"
	"strings"
)

func main() {
	words := strings.Fields(string(read("text.txt")))
	sort.Strings(words)
	fmt.Println(len(words), words[0], words[70000], words[len(words)-1])
}
