package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

func read(name string) []byte {
	data, err := os.ReadFile(os.Args[1] + "/" + name)
	if err != nil {
		panic(err)
	}
	return data
}

func main() {
	total := 0
	for _, line := range strings.Fields(string(read("dates.txt"))) {
		moment, err := time.Parse(time.RFC3339Nano, line)
		if err != nil {
			panic(err)
		}
		total += int(moment.Unix()%1000) + moment.Nanosecond()/1000000
	}
	fmt.Println(total)
}
