package main

import (
	"fmt"
	"regexp"
	"strings"
)

func main() {
	line := regexp.MustCompile(`^(\d+)\.(\d+)\.(\d+)\.(\d+) - \[([^\]]+)\] "(\w+) (\S+) [^"]*" (\d{3}) (\d+)$`)
	total := 0
	for _, text := range strings.Split(string(read("log.txt")), "\n") {
		if groups := line.FindStringSubmatch(text); groups != nil {
			total += number(groups[4]) + len(groups[7]) + number(groups[8])
		}
	}
	fmt.Println(total)
}
