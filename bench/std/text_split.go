package main

import (
	"fmt"
	"strings"
)

func main() {
	text := string(read("text.txt"))
	total := 0
	for k := 0; k < 2; k++ {
		for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
			parts := strings.Split(line, " ")
			total += len(parts)
			for _, part := range parts {
				word := strings.ToUpper(strings.TrimSuffix(part, ","))
				if strings.HasPrefix(word, "JO") {
					total += len(word)
				}
			}
			total += len(strings.Join(parts, "--"))
			if strings.Contains(line, "casci") {
				total++
			}
		}
	}
	fmt.Println(total, len(strings.ReplaceAll(text, "jo", "yes")))
}
