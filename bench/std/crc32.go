package main

import (
	"fmt"
	"hash/crc32"
)

func main() {
	data := read("text.txt")
	total := 0
	for i := 0; i < 5; i++ {
		total += int(crc32.ChecksumIEEE(data))
	}
	fmt.Println(total)
}
