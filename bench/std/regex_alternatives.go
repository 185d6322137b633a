package main

import (
	"fmt"
	"regexp"
)

func main() {
	text := string(read("text.txt"))
	some := regexp.MustCompile("jo|casci|rilpogu|tobimotun|wacfahgo|peramevri|selcad|nuji")
	ends := regexp.MustCompile(`(?:mo|ka|ri)(?:t|l)?[.,]`)
	fmt.Println(len(some.FindAllString(text, -1)), len(ends.FindAllString(text, -1)))
}
