package main

import (
	"fmt"
	"regexp"
)

func main() {
	text := string(read("text.txt"))
	total := 0
	for _, found := range regexp.MustCompile(`\w+`).FindAllStringIndex(text, -1) {
		total += found[1] - found[0]
	}
	fmt.Println(total, len(regexp.MustCompile(`\b[a-d]\w*[xyz]\b`).FindAllString(text, -1)))
}
