package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
)

func read(name string) []byte {
	data, err := os.ReadFile(os.Args[1] + "/" + name)
	if err != nil {
		panic(err)
	}
	return data
}

func main() {
	words := strings.Fields(string(read("text.txt")))
	sort.Strings(words)
	fmt.Println(len(words), words[0], words[70000], words[len(words)-1])
}
