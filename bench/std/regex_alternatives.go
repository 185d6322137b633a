package main

import (
	"fmt"
	"os"
	"regexp"
)

func read(name string) []byte {
	data, err := os.ReadFile(os.Args[1] + "/" + name)
	if err != nil {
		panic(err)
	}
	return data
}

func main() {
	text := string(read("text.txt"))
	some := regexp.MustCompile("jo|casci|rilpogu|tobimotun|wacfahgo|peramevri|selcad|nuji")
	ends := regexp.MustCompile(`(?:mo|ka|ri)(?:t|l)?[.,]`)
	fmt.Println(len(some.FindAllString(text, -1)), len(ends.FindAllString(text, -1)))
}
