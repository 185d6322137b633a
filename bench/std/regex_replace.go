package main

import (
	"fmt"
	"regexp"
	"strings"
)

func main() {
	text := string(read("log.txt"))
	changed := regexp.MustCompile(`(\d{4})-(\d\d)-(\d\d)T`).ReplaceAllString(text, "${3}.${2}.${1} ")
	parts := regexp.MustCompile(`[ "\[\]]+`).Split(text, -1)
	fmt.Println(len(changed), strings.Count(changed, "11.2023 "), len(parts))
}
