package main

import (
	"fmt"
	"os"
	"regexp"
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
	text := string(read("log.txt"))
	changed := regexp.MustCompile(`(\d{4})-(\d\d)-(\d\d)T`).ReplaceAllString(text, "${3}.${2}.${1} ")
	parts := regexp.MustCompile(`[ "\[\]]+`).Split(text, -1)
	fmt.Println(len(changed), strings.Count(changed, "11.2023 "), len(parts))
}
