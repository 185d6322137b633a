package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

func read(name string) []byte {
	data, err := os.ReadFile(os.Args[1] + "/" + name)
	if err != nil {
		panic(err)
	}
	return data
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

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
