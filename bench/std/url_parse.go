package main

import (
	"fmt"
	"net/url"
	"strings"
)

func main() {
	total := 0
	for _, line := range strings.Split(strings.TrimSuffix(string(read("log.txt")), "\n"), "\n") {
		place := strings.Split(line, " ")[4]
		parts, err := url.Parse("https://host.example:8080" + place + "/%C3%A9?a=1&b=x%20y#top")
		if err != nil {
			panic(err)
		}
		path := parts.EscapedPath()
		total += len(path) + len(url.QueryEscape(path)) + len(parts.Query())
	}
	fmt.Println(total)
}
