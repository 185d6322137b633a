package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	count, total := 0, 0
	for i := 0; i < 5; i++ {
		file, err := os.Open(os.Args[1] + "/text.txt")
		if err != nil {
			panic(err)
		}
		scanner := bufio.NewScanner(file)
		for scanner.Scan() {
			count++
			total += len(scanner.Text())
		}
		file.Close()
	}
	fmt.Println(count, total)
}
