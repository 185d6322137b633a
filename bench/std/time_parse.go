package main

import (
	"fmt"
	"strings"
	"time"
)

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
